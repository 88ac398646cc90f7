/** A run of a job at its time, by the bridge itself. */
import type { Act } from '#contract/audit.ts';
import { reasonOf } from '#contract/reason.ts';
import type { Placed } from '../commands/effects/perform.ts';
import type { MachineDeps } from '../commands/machine.ts';
import type { Log } from '../log.ts';
import type { ToolHome } from '../projects/homes.ts';
import { findJob } from './find-job.ts';
import { planUnseen } from './plan.ts';
import { verdictIn } from './refused-in.ts';
import { prepareRun } from './run-job.ts';

export interface RunDueDeps extends Pick<MachineDeps, 'policy' | 'projects'> {
  /** Does what a run does, and takes it into the index. */
  readonly perform: (effects: readonly Placed[]) => Promise<void>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Records a run in the machine's own audit log. */
  readonly record: (act: Act) => void;
  /** Ms since 1970 by this machine, whose time zone schedules mean. */
  readonly clock: () => number;
}

/** Runs it, unless it was changed or a dashboard came meanwhile. Never rejects: a run that fails is in the log and the audit log, and then counts as missed. */
export async function runDue(deps: RunDueDeps, home: ToolHome, id: string): Promise<void> {
  const tell = (result: Act['result'], more: Readonly<Record<string, string>>) =>
    deps.record({
      action: 'job-ran',
      result,
      by: { name: 'sallyport', via: 'machine' },
      about: { tool: home.tool, job: id, ...more },
    });
  try {
    const moved = await runNow(deps, home, id);
    if (moved === undefined) return;
    deps.log.info(`the job ${id} ran at its time: ${moved} moved to the trash`);
    tell('done', { moved: String(moved) });
  } catch (error) {
    deps.log.warn(`the job ${id} could not run at its time: ${reasonOf(error)}`);
    tell('failed', {});
  }
}

/** How many it has moved; undefined where it did not run. */
async function runNow(deps: RunDueDeps, home: ToolHome, id: string): Promise<number | undefined> {
  const { policy, clock, perform } = deps;
  const machine = { homes: [home], policy: policy(), now: new Date(clock()) };
  const found = await findJob(machine, { job: id });
  if (found.job.runner !== 'sallyport') return undefined;
  const projects = [...deps.projects()];
  // Nobody signs a run that nobody asked for.
  const leaveAlone = (project: (typeof projects)[number]) =>
    verdictIn(machine.policy, project) === 'allow' ? undefined : 'policy.json does not allow it in this project.';
  const wish = { home, job: found.job, projects, leaveAlone, now: machine.now };
  const { effects, result } = await prepareRun(found, await planUnseen(wish), projects, machine.now);
  // Without a journal: killed between two moves, some things are in the trash, and settings and history say that it has not run. So it counts as missed, with a plan of the rest.
  await perform(effects);
  return result.itemsDeleted;
}
