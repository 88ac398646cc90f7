/** A document that is not there yet, for the editor that begins it. Pure. */
import type { Document } from '#contract/document.ts';

/** In place of the rev of a text that is not there: a command with it makes the file, if nobody has meanwhile. */
const absent = 'absent';

/** The document that a write would make. */
export function documentToBe(of: Pick<Document, 'project' | 'path' | 'kind' | 'meta'>): Document {
  return { ...of, rev: absent, size: 0, mtime: 0, body: 'held' };
}

export function isAbsent({ rev }: Pick<Document, 'rev'>): boolean {
  return rev === absent;
}
