/** Writing a document of a spec, in words. It cannot be taken back from here: the app does not keep what was there before. */
import type { CommandFeature } from './feature.ts';

export const specDocumentWrite: CommandFeature<'spec-document-write'> = {
  title: 'Write a document',
  label: ({ document }) => `${document} written`,
};
