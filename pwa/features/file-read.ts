/** Reading a file from the machine, in words. */
import type { CommandFeature } from './feature.ts';

export const fileRead: CommandFeature<'file-read'> = {
  title: 'Read a file',
  words: ({ path }) => ({ doing: `Reading ${path}`, done: `${path} read`, toDo: `read ${path}` }),
};
