/** Lists the clean-up jobs of a machine. */
import { Problem } from '#contract/problems.ts';
import { readJobs } from '../../jobs/find-job.ts';
import type { QueryHandler } from '../handler.ts';

export const jobList: QueryHandler<'job-list'> = async ({ tool }, machine) => {
  const homes = machine.homes.filter((home) => tool === undefined || home.tool === tool);
  const read = await Promise.all(
    homes.map(async (home) => ({ home, found: await readJobs(home, machine).catch(problemOf) })),
  );
  const [one, ...others] = read;
  if (one !== undefined && others.length === 0 && one.found instanceof Problem) throw one.found;
  const tools = read.map(({ home, found }) => {
    if (found instanceof Problem) return { tool: home.tool, dashboard: false, problem: found.message };
    return { tool: home.tool, rev: found.settings.rev, dashboard: found.dashboard };
  });
  const rev =
    others.length === 0 && one !== undefined && !(one.found instanceof Problem) ? one.found.settings.rev : undefined;
  return {
    items: read.flatMap(({ found }) => (found instanceof Problem ? [] : [...found.jobs])),
    ...(rev === undefined ? {} : { rev }),
    tools,
  };
};

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  throw error;
}
