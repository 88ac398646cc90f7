/** Writing a steering document, in words. */
import type { CommandFeature } from '../feature.ts';
import { wordsOfText } from './text-writes.ts';

export const steeringWrite: CommandFeature<'steering-write'> = {
  title: 'Write steering',
  words: ({ document }) => wordsOfText(`${document}.md`),
};
