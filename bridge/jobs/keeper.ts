/** Keeps the schedules of jobs, where the machine's owner wrote `"jobs": "run"` into policy.json and while no dashboard is there to do it. Nothing is caught up on: a run that was missed is said, with what it would do. */
import type { Job } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import type { MachineDeps } from '../commands/machine.ts';
import type { Conditions } from '../conditions.ts';
import type { ToolHome } from '../projects/homes.ts';
import { nextTime } from './cron.ts';
import { readJobs } from './find-job.ts';
import { type Missed, missedAt, missedCondition, missedTopic } from './missed.ts';
import { type RunDueDeps, runDue } from './run-due.ts';

export interface KeeperDeps extends RunDueDeps, Pick<MachineDeps, 'homes'> {
  readonly conditions: Pick<Conditions, 'say' | 'clear'>;
  /** Runs a task while no command runs. */
  readonly runApart: (task: () => Promise<void>) => void;
}

/** A function that looks at all schedules, runs what is due and says what was missed. Call it more often than `limits.jobLateMs`. */
export function createJobKeeper(deps: KeeperDeps): () => Promise<void> {
  const said = { key: '', atMs: 0 };
  let lookedAt: Date | undefined;
  return async () => {
    const now = new Date(deps.clock());
    const since = lookedAt ?? now;
    lookedAt = now;
    const missed: Missed[] = [];
    for (const { home, job } of await ownJobs(deps, now)) {
      const due = nextTime(job.schedule ?? '', since);
      const isDue = due !== undefined && due <= now && now.getTime() - due.getTime() <= limits.jobLateMs;
      const missedDue = missedAt(job, now);
      if (isDue) deps.runApart(() => runDue(deps, home, job.id));
      else if (missedDue !== undefined) missed.push({ home, job, due: missedDue });
    }
    await sayMissed(deps, said, missed, now);
  };
}

/** The enabled jobs that are this bridge's to run. */
async function ownJobs(
  deps: KeeperDeps,
  now: Date,
): Promise<readonly { readonly home: ToolHome; readonly job: Job }[]> {
  const policy = deps.policy();
  if (policy.jobs !== 'run') return [];
  const found = (await deps.homes()).map(async (home) => {
    // Settings that cannot be read are said to whoever asks for the jobs.
    const read = await readJobs(home, { policy, now }).catch(() => undefined);
    return (read?.jobs ?? []).filter(({ runner }) => runner === 'sallyport').map((job) => ({ home, job }));
  });
  return (await Promise.all(found)).flat();
}

/** A plan walks through folders, so it is made anew only where other jobs were missed, or now and then. */
async function sayMissed(
  deps: KeeperDeps,
  said: { key: string; atMs: number },
  missed: readonly Missed[],
  now: Date,
): Promise<void> {
  const key = JSON.stringify(missed.map(({ home, job, due }) => [home.tool, job, due]));
  if (key === said.key && now.getTime() - said.atMs < limits.jobPlanKeptMs) return;
  Object.assign(said, { key, atMs: now.getTime() });
  const condition = await missedCondition(missed, deps, now);
  if (condition === undefined) deps.conditions.clear(missedTopic);
  else deps.conditions.say(condition);
}
