/** Changes the jobs in a tool's settings: the common code of job-create, job-update and job-delete. */
import type { Fields } from '#contract/approvals/approval.ts';
import type { JobChanged } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { MachineContext } from '../commands/handler.ts';
import { revOf } from '../files/rev.ts';
import type { ToolHome } from '../projects/homes.ts';
import { nextTime } from './cron.ts';
import { entriesIn } from './describe-job.ts';
import { fileWith, type ToolFile } from './tool-file.ts';

interface Change {
  readonly home: ToolHome;
  readonly settings: ToolFile;
  readonly job: string;
  /** All entries as they shall be. */
  readonly entries: readonly Fields[];
  readonly undo: JobChanged['undo'];
}

/** Throws `conflict` with `currentRev` where the settings are no longer those that the sender saw. */
export function checkSettings({ rev }: ToolFile, { ifRev }: Pick<MachineContext, 'ifRev'>): void {
  if (rev === ifRev) return;
  throw new Problem('conflict', 'The settings of the tool have changed.', rev === 'absent' ? {} : { currentRev: rev });
}

/** Writes the entries. A file that is read, changed and replaced by rename in one effect is the old one or the new one after a crash, and `probe` tells which. */
export async function writeJobs({ perform, now }: MachineContext, change: Change): Promise<JobChanged> {
  const { home, settings, job, entries, undo } = change;
  if (entries.length > limits.jobsMax) throw new Problem('edit-refused', `A tool has at most ${limits.jobsMax} jobs.`);
  const at = now.toISOString();
  const created = settings.bytes === null ? { createdAt: at } : {};
  const what = fileWith(settings, { automationJobs: entries, ...created, lastModified: at });
  if (what.bytes.length > limits.jobFileBytesMax) throw new Problem('file-too-large');
  const result = { tool: home.tool, job, rev: revOf(what.bytes), ...(undo && { undo }) };
  await perform([{ place: home, what }], result);
  return result;
}

/** The number of the entry with an id. Throws `edit-refused` where several have it: which one is meant cannot be told. */
export function entryAt(settings: ToolFile, id: string): number {
  const entries = entriesIn(settings);
  const at = entries.findIndex((entry) => entry.id === id);
  if (entries.filter((entry) => entry.id === id).length > 1)
    throw new Problem('edit-refused', `Several jobs have the id "${id}". Mend settings.json on the machine first.`);
  return at;
}

/** Throws `args-invalid` for a schedule that never comes. */
export function checkSchedule(schedule: string, now: Date): void {
  if (nextTime(schedule, now) !== undefined) return;
  throw new Problem('args-invalid', `"${schedule}" is no schedule of cron, or never comes.`, {
    pointer: '/args/schedule',
  });
}
