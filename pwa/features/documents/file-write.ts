/** Writing a file, in words. */
import type { CommandFeature } from '../feature.ts';
import { wordsOfText } from './text-words.ts';

export const fileWrite: CommandFeature<'file-write'> = {
  title: 'Write a file',
  words: ({ path }) => wordsOfText(path.split('/').at(-1) ?? path),
};
