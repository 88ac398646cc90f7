/** Logging an implementation, in words. */
import type { CommandFeature } from '../feature.ts';

export const implLogAdd: CommandFeature<'impl-log-add'> = {
  title: 'Implementation log',
  words: ({ task }) => ({
    doing: `Logging task ${task}`,
    done: `Logged task ${task}`,
    toDo: `log task ${task}`,
  }),
};
