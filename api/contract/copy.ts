/** A copy of a project outside its machine: the relay's, or the app's replica. Kinds of queries that it can answer declare how, in `answer`. */
import type { Document } from './document.ts';
import type { ProjectAnnounced } from './machine.ts';

/** The exact text of a body, or base64 if its bytes are not UTF-8. */
export type BodyRead = { readonly text: string } | { readonly base64: string };

export interface ProjectCopy {
  readonly project: ProjectAnnounced;
  /** Version of the bridge that reported the project. */
  readonly version: string;
  document(path: string): Promise<Document | undefined>;
  /** Undefined if they are too many for one answer (`limits.copyDocumentsMax`). */
  documents(): Promise<readonly Document[] | undefined>;
  /** Undefined if the copy does not have the bytes. */
  bodyOf(rev: string): Promise<BodyRead | undefined>;
  /** SHA-256 of a text, as hex. */
  revOf(text: string): Promise<string>;
}
