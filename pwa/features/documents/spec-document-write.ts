/** Writing a document of a spec, in words. */
import type { CommandFeature } from '../feature.ts';
import { wordsOfText } from './text-writes.ts';

export const specDocumentWrite: CommandFeature<'spec-document-write'> = {
  title: 'Write a document',
  words: ({ document }) => wordsOfText(document),
};
