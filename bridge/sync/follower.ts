/** A follower watches the documents of all projects and tells the relay records about them. */
import type { RecordTold } from '#contract/record.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';

export interface FollowerDeps {
  /** The data folder's path. */
  readonly folder: string;
  readonly document: (key: string) => IndexedDocument | undefined;
  /** Ids of the projects that are there and were read whole. */
  readonly present: () => ReadonlySet<string>;
  /** Tells a record, with the next batch of changes. */
  readonly tell: (record: RecordTold) => void;
  readonly onTrouble: (error: unknown) => void;
  readonly now?: () => number;
}

/** The records that one part of the bridge tells. */
export interface RecordsTold {
  /** By id with their rev, for `connect`. */
  revs(): Readonly<Record<string, string>>;
  /** The relay lacks these. */
  wanted(ids: readonly string[]): void;
}

export interface Follower extends RecordsTold, AsyncDisposable {
  /** Compares what was known when the bridge ended with the projects as they are, by these documents. Call it once they are watched, and when one more was read whole. */
  begin(documents: Iterable<IndexedDocument>): void;
  /** Documents have changed. */
  changed(changes: readonly { readonly project: string; readonly path: string; readonly from?: string }[]): void;
}
