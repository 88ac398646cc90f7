/** A project as somebody holds it: the machine itself, the relay, or the app's replica. Kinds of queries declare in `answer` how to answer from it, so that all three say the same. */
import type { Document } from './document.ts';
import type { ProjectAnnounced } from './machine.ts';
import type { RecordTold } from './record.ts';

/** The exact text of a body, or base64 if its bytes are not UTF-8. */
export type BodyRead = { readonly text: string } | { readonly base64: string };

/** A file with its content, as the copy has it now. */
export type FileNow = BodyRead & {
  readonly path: string;
  readonly rev: string;
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, in ms since 1970. */
  readonly mtime: number;
};

export interface ProjectCopy {
  readonly project: ProjectAnnounced;
  /** Version of the bridge that reported the project. */
  readonly version: string;
  document(path: string): Promise<Document | undefined>;
  /** Undefined if they are too many for one answer (`limits.copyDocumentsMax`). */
  documents(): Promise<readonly Document[] | undefined>;
  /** A document with its content. Undefined if there is no such document, or the copy does not have its bytes. On the machine it throws a Problem if the file cannot be read. */
  read(path: string): Promise<FileNow | undefined>;
  /** Records of a kind that the machine tells of the project; undefined if the copy does not have them. */
  records(kind: string): Promise<readonly RecordTold[] | undefined>;
  /** SHA-256 of a text, as hex. */
  revOf(text: string): Promise<string>;
}
