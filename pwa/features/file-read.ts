/** Reading a file from the machine, in words. */
import type { CommandFeature } from './feature.ts';

export const fileRead: CommandFeature<'file-read'> = { label: ({ path }) => `${path} read` };
