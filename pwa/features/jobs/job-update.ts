/** Changing a clean-up job, in words. */
import type { CommandFeature } from '../feature.ts';

export const jobUpdate: CommandFeature<'job-update'> = {
  title: 'Job changed',
  words: ({ job, name = job }) => ({
    doing: `Changing the job ${name}`,
    done: `Changed the job ${name}`,
    toDo: `change the job ${name}`,
  }),
};
