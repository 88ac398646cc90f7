/** What the screens of jobs say. */
import type { Job, JobType, PlanItem } from '#contract/jobs.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { counted } from '../words.ts';

/** What the machine answers. */
export type JobList = ResultOf<'job-list'>;

/** What is wrong with a number of days. */
export function daysWrong(text: string): string | undefined {
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 3650 ? undefined : 'A whole number of days, 1 to 3650.';
}

const typeWords = {
  'cleanup-specs': 'Removes active specs',
  'cleanup-archived-specs': 'Removes archived specs',
  'cleanup-approvals': 'Removes approvals',
} as const satisfies Record<JobType, string>;

/** The choices of a new job. */
export const typeChoices = Object.entries(typeWords);

/** "Removes active specs not changed for 30 days". */
export function jobLine({ type = '', config: { daysOld } }: Job): string {
  const what = Object.hasOwn(typeWords, type) ? typeWords[type as JobType] : `Of the type "${type}"`;
  return daysOld === undefined ? what : `${what} not changed for ${counted(daysOld, 'day')}`;
}

const runnerWords = {
  dashboard: 'The dashboard of the tool runs it, and deletes permanently.',
  sallyport: 'Sallyport runs it, and moves to the trash.',
  nobody: 'Nobody runs it until the dashboard of the tool starts.',
} as const satisfies Record<Job['runner'], string>;

/** Who runs it at its time. */
export function runnerLine({ enabled, runner }: Job): string {
  return enabled ? runnerWords[runner] : 'It is off: it runs only from here.';
}

/** Where it is on the screen. */
export function itemOf({ tool, id }: Pick<Job, 'tool' | 'id'>): string {
  return `${tool}/${id}`;
}

/** "60 days · 1 approval waits · 3 open tasks · shop". */
export function planNote({ age, pending, openTasks, projectName, archived, approval }: PlanItem): string {
  const notes = [
    archived ? 'archived' : undefined,
    `not changed for ${counted(age, 'day')}`,
    pending === undefined
      ? undefined
      : approval === undefined
        ? `${counted(pending, 'approval')} waiting`
        : 'still waits',
    openTasks === undefined ? undefined : counted(openTasks, 'open task'),
    projectName,
  ];
  return notes.filter((note) => note !== undefined).join(' · ');
}

/** Whether the owner of the machine lets people change and run jobs. */
export function mayDestroy({ policy }: Machine, kind: 'job-run' | 'job-create' | 'job-update'): boolean {
  return policyVerdict(policy, { kind, risk: 'destroy' }) !== 'refuse';
}

/** What is wrong with the names that were typed for the active specs of a plan. */
export function namesWrong(typed: string, specs: readonly string[]): string | undefined {
  const names = namesIn(typed);
  const missing = specs.find((spec) => !names.includes(spec));
  const other = names.find((name) => !specs.includes(name));
  if (other !== undefined) return `The plan lists no active spec ${other}.`;
  return missing === undefined ? undefined : `${missing} is missing.`;
}

/** The names in a typed text, with commas between them. */
export function namesIn(typed: string): readonly string[] {
  return typed
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
