/** Writing a steering document, in words. */
import type { CommandFeature } from '../feature.ts';
import { wordsOfText } from './text-words.ts';

export const steeringWrite: CommandFeature<'steering-write'> = {
  title: 'Write steering',
  words: ({ document }) => wordsOfText(`${document}.md`),
};
