/** Looks up the tool and the job that a command or query names. */
import type { Job, JobTool } from '#contract/jobs.ts';
import { Problem } from '#contract/problems.ts';
import type { Machine } from '../commands/handler.ts';
import type { ToolHome } from '../projects/homes.ts';
import { dashboardRuns } from './dashboard.ts';
import { jobsIn } from './describe-job.ts';
import { readToolFile, type ToolFile } from './tool-file.ts';

/** The settings of a tool with their jobs. */
export interface Jobs {
  readonly home: ToolHome;
  readonly settings: ToolFile;
  readonly dashboard: boolean;
  readonly jobs: readonly Job[];
}

/** Reads the jobs in a home. Throws as `readToolFile`. */
export async function readJobs(
  home: ToolHome,
  { policy, now }: Pick<Machine, 'policy'> & { readonly now: Date },
): Promise<Jobs> {
  const [settings, dashboard] = await Promise.all([readToolFile(home, 'settings.json'), dashboardRuns(home)]);
  const keeps = policy.jobs === 'run';
  return { home, settings, dashboard, jobs: jobsIn(home, settings, { dashboard, keeps, now }) };
}

/** The homes that are meant: that of the tool, or all. Throws `job-unknown` where there is none. */
export function homesOf({ homes }: Pick<Machine, 'homes'>, tool: JobTool | undefined): readonly ToolHome[] {
  const found = homes.filter((home) => tool === undefined || home.tool === tool);
  if (found.length === 0)
    throw new Problem('job-unknown', `${tool ?? 'A tool that keeps jobs'} has not run on this machine.`);
  return found;
}

/** The one home that is meant. Throws `args-invalid` where it is not clear. */
export function homeOf(machine: Pick<Machine, 'homes'>, tool: JobTool | undefined): ToolHome {
  const [home, ...others] = homesOf(machine, tool);
  if (home === undefined || others.length > 0) throw unclear();
  return home;
}

/** The job with this id. Throws `job-unknown`, `args-invalid` where both tools have one. */
export async function findJob(
  machine: Pick<Machine, 'homes' | 'policy'> & { readonly now: Date },
  { tool, job: id }: { readonly tool?: JobTool | undefined; readonly job: string },
): Promise<Jobs & { readonly job: Job }> {
  const read = await Promise.all(homesOf(machine, tool).map((home) => readJobs(home, machine)));
  const found = read.flatMap((jobs) => {
    const job = jobs.jobs.find((each) => each.id === id);
    return job === undefined ? [] : [{ ...jobs, job }];
  });
  const [one, ...others] = found;
  if (one === undefined) throw new Problem('job-unknown', `There is no job "${id}".`);
  if (others.length > 0) throw unclear();
  return one;
}

function unclear(): Problem {
  return new Problem('args-invalid', 'Both tools keep jobs on this machine: name one as `tool`.', {
    pointer: '/args/tool',
  });
}

/** What a job needs to run. Throws `edit-refused` with the reason why it cannot. */
export function checkValid({ valid, problem, name, id }: Job): void {
  if (!valid) throw new Problem('edit-refused', `The job "${name ?? id}" cannot run. ${problem ?? ''}`);
}
