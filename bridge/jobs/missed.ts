/** Runs of jobs that nobody did: each is said with what it would do now, until it is run, changed or disabled. */
import type { Job } from '#contract/jobs.ts';
import { limits } from '#contract/limits.ts';
import type { MachineDeps } from '../commands/machine.ts';
import type { Said } from '../conditions.ts';
import type { ToolHome } from '../projects/homes.ts';
import { nextTime } from './cron.ts';
import { planUnseen } from './plan.ts';
import { refusedIn } from './refused-in.ts';

/** When a job should have run after it ran last, if that is over; undefined where it has never had a time. */
export function missedAt({ schedule = '', lastRun, createdAt = '' }: Job, now: Date): Date | undefined {
  const since = Date.parse(lastRun ?? createdAt);
  const due = Number.isNaN(since) ? undefined : nextTime(schedule, new Date(since));
  return due !== undefined && now.getTime() - due.getTime() > limits.jobLateMs ? due : undefined;
}

export interface Missed {
  readonly home: ToolHome;
  readonly job: Job;
  readonly due: Date;
}

/** The condition of missed runs; undefined where there is none. */
export async function missedCondition(
  missed: readonly Missed[],
  { policy, projects }: Pick<MachineDeps, 'policy' | 'projects'>,
  now: Date,
): Promise<Said | undefined> {
  if (missed.length === 0) return undefined;
  const sentences = missed.map(async ({ home, job, due }) => {
    const wish = { home, job, projects: [...projects()], leaveAlone: refusedIn(policy()), now };
    const { items, more } = await planUnseen(wish);
    const names = items.slice(0, namesMax).map(({ spec, approval }) => spec ?? approval);
    const rest = items.length + more - names.length;
    const what = names.length === 0 ? 'nothing' : `${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
    return `"${job.name ?? job.id}" (${due.toISOString().slice(0, 16).replace('T', ' ')} UTC): it would move ${what}.`;
  });
  return {
    topic: missedTopic,
    title: `Clean-up jobs did not run at their time. ${(await Promise.all(sentences)).join(' ')}`,
    notice: 'job',
    hint: "Run or disable them under Jobs on the machine's page. They are not caught up on by themselves.",
  };
}

export const missedTopic = 'job-missed';

/** As many as a line on a phone shows. */
const namesMax = 5;
