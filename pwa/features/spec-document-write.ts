/** Writing a document of a spec, in words. */
import type { CommandFeature } from './feature.ts';
import { undoOfText } from './text-writes.ts';

export const specDocumentWrite: CommandFeature<'spec-document-write'> = {
  title: 'Write a document',
  label: ({ document }) => `${document} written`,
  undo: undoOfText('spec-document-write'),
};
