/** A project as it is known away from its machine: the relay's copy, or the app's replica. Kinds of queries that can be answered from it say how, in `answer`. */
import type { Document } from './document.ts';
import type { ProjectAnnounced } from './machine.ts';

/** The exact text of a body, or base64 where its bytes are not UTF-8. */
export type BodyRead = { readonly text: string } | { readonly base64: string };

export interface ProjectCopy {
  readonly project: ProjectAnnounced;
  /** Of the bridge that told it. */
  readonly version: string;
  document(path: string): Promise<Document | undefined>;
  /** Undefined where they are too many for one answer (`limits.copyDocumentsMax`). */
  documents(): Promise<readonly Document[] | undefined>;
  /** Undefined where the bytes are not here. */
  bodyOf(rev: string): Promise<BodyRead | undefined>;
  /** SHA-256 of a text, as hex. */
  revOf(text: string): Promise<string>;
}
