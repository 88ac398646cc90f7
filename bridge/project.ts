/** A watched project, as the rest of the bridge sees it: its layouts and the index of its known documents. */
import type { Layout } from './formats/format.ts';
import type { IndexedDocument } from './indexed-document.ts';
import type { Specs } from './specs.ts';

export interface Project {
  /** Random, kept beside the path in the bridge's data folder. */
  readonly id: string;
  readonly name: string;
  /** Absolute real path. */
  readonly root: string;
  readonly layouts: readonly Layout[];
  /** By path. Changed by the watcher's side alone, and by nobody while a change is being described. */
  readonly documents: ReadonlyMap<string, IndexedDocument>;
  /** The same documents, by spec. */
  readonly specs: Specs;
}
