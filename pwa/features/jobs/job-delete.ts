/** Deleting a clean-up job, in words. */
import type { CommandFeature } from '../feature.ts';

export const jobDelete: CommandFeature<'job-delete'> = {
  title: 'Job deleted',
  words: ({ job }) => ({
    doing: `Deleting the job ${job}`,
    done: `Deleted the job ${job}`,
    toDo: `delete the job ${job}`,
  }),
};
