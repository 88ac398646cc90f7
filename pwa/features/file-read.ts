/** Reading a file from the machine, in words. */
import type { CommandFeature } from './feature.ts';

export const fileRead: CommandFeature<'file-read'> = {
  title: 'Read a file',
  label: ({ path }) => `${path} read`,
};
