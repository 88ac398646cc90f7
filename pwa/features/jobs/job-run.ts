/** Running a clean-up job, in words. */
import type { CommandFeature } from '../feature.ts';

export const jobRun: CommandFeature<'job-run'> = {
  title: 'Job run',
  words: ({ job }) => ({
    doing: `Running the job ${job}`,
    done: `Ran the job ${job}`,
    toDo: `run the job ${job}`,
  }),
};
