/** Says what a run of a clean-up job would do now. */
import { checkValid, findJob } from '../../jobs/find-job.ts';
import { planJob } from '../../jobs/plan.ts';
import { refusedIn } from '../../jobs/refused-in.ts';
import type { QueryHandler } from '../handler.ts';

export const jobPlan: QueryHandler<'job-plan'> = async (args, machine) => {
  const { home, job } = await findJob(machine, args);
  checkValid(job);
  const { projects, policy, now } = machine;
  const leaveAlone = refusedIn(policy);
  const { includePending } = args;
  const { processed: _, ...plan } = await planJob({ home, job, projects, leaveAlone, includePending, now });
  return { tool: home.tool, job: job.id, ...plan };
};
