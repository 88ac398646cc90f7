/** Making a clean-up job, in words. */
import type { CommandFeature } from '../feature.ts';

export const jobCreate: CommandFeature<'job-create'> = {
  title: 'Job made',
  words: ({ name }) => ({
    doing: `Making the job ${name}`,
    done: `Made the job ${name}`,
    toDo: `make the job ${name}`,
  }),
};
