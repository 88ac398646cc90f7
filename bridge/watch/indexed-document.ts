/** A document of a project's index. */
import type { DocumentDescribed } from '#contract/delta.ts';
import type { Format } from '#contract/document.ts';

/** A document of the index: as it is uploaded, with what commands need beside it. */
export interface IndexedDocument extends DocumentDescribed {
  readonly format: Format;
  readonly describe: number;
  /** The spec's folder in the project. */
  readonly folder?: string;
}

/**
 * Added to the version of the description rules, so that the same bytes are told anew when this changes: for a document whose content
 * stays on the machine, and for one that cannot be read any more. Settings of the project count above both.
 */
export const withheldDescribe = 1000;
export const unreadableDescribe = 2000;
export const settingsDescribe = 4000;

/** Whether a document is listed without its content, or was when the relay was last told of it. */
export function isWithheld({ describe }: Pick<IndexedDocument, 'describe'>): boolean {
  return Math.floor(describe / withheldDescribe) % 2 === 1;
}

/** Whether a document is shown as it was before it could no longer be read. */
export function isUnreadable({ meta }: IndexedDocument): boolean {
  return typeof meta.unreadable === 'string';
}
