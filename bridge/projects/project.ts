/** A watched project, for the rest of the bridge: its layouts and the index of its known documents. */
import type { Layout } from '../formats/format.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import type { ProjectDocuments } from '../watch/documents.ts';
import type { Specs } from '../watch/specs.ts';

export interface Project {
  /** Random, kept beside the path in the bridge's data folder. */
  readonly id: string;
  readonly name: string;
  /** Absolute real path. */
  readonly root: string;
  readonly layouts: readonly Layout[];
  /** What may leave; undefined while the project has not been seen. */
  readonly rules: LeaveRules | undefined;
  /** Resolves once it was read whole: until then, what is not among its documents may be on the disk. Undefined afterwards. Because somebody waits, reading does not pause. */
  untilRead?(): Promise<void> | undefined;
  /** By path. Only `watch/` changes it, and never while a change is being described. */
  readonly documents: ProjectDocuments;
  /** The same documents, by spec. */
  readonly specs: Specs;
}
