/** Writing a document of a spec, in words. */
import type { CommandFeature } from '../feature.ts';
import { wordsOfText } from './text-words.ts';

export const specDocumentWrite: CommandFeature<'spec-document-write'> = {
  title: 'Write a document',
  words: ({ document }) => wordsOfText(document),
};
