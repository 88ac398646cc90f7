/**
 * The store: six primitives, one atomic write, and what an engine guarantees. All data belongs to a *shard*
 * (shards.ts names them), and nothing spans two shards. `test/conformance` checks every engine against this file.
 */

/** A value in a named table, opaque to the store. `version` is never given twice to the same key, also not after a delete. */
export interface Row {
  readonly value: string;
  readonly version: number;
}

/** A row with its key, as lists give it. */
export interface KeyedRow extends Row {
  readonly key: string;
}

/** Names a row within a shard. */
export interface RowName {
  readonly table: string;
  readonly key: string;
}

/** A value that expires; `expiresAt` in ms since 1970 by the store's clock. */
export interface Ticket {
  readonly value: string;
  readonly expiresAt: number;
}

/** One entry of a log: positions rise by one from 1, `at` is the time of its commit in ms. */
export interface Entry {
  readonly position: number;
  readonly at: number;
  readonly value: string;
}

/** State of a log: it retains the entries from `first` to `last` (`first` = `last` + 1 if there are none). `generation` is empty until the first entry. */
export interface LogState {
  readonly generation: string;
  readonly first: number;
  readonly last: number;
}

/** A condition of a commit: a row's version (0: no such row), a ticket's value (null: no valid ticket), or whether a blob is complete. */
export type Expectation =
  | { readonly row: RowName; readonly version: number }
  | { readonly ticket: string; readonly value: string | null }
  | { readonly blob: string; readonly whole: boolean };

/** All that one atomic write can do, in this order. */
export interface Commit {
  readonly expect?: readonly Expectation[];
  readonly put?: readonly (RowName & { readonly value: string })[];
  readonly delete?: readonly RowName[];
  /** `null` ends a ticket; `ttlMs` counts from now by the store's clock. */
  readonly tickets?: readonly { readonly name: string; readonly value: string | null; readonly ttlMs?: number }[];
  /** Logs that get a new, random generation and lose their entries. Their positions continue. */
  readonly restart?: readonly string[];
  readonly append?: readonly { readonly log: string; readonly value: string }[];
  /** Complete blobs. The caller must ensure that `rev` is the SHA-256 (hex) of `bytes`. An existing blob is not changed. */
  readonly blobs?: readonly { readonly rev: string; readonly bytes: Uint8Array }[];
  /** Revs whose pieces are all there and become a complete blob. The caller has checked the hash. A rev without pieces is not changed. */
  readonly seal?: readonly string[];
  /** `holder` keeps `rev` from being dropped, also before its bytes have arrived. Idempotent. */
  readonly hold?: readonly { readonly rev: string; readonly holder: string }[];
  readonly release?: readonly { readonly rev: string; readonly holder: string }[];
  /** `at` in ms by the store's clock; `null` removes it. Each id has one time. */
  readonly due?: readonly { readonly id: string; readonly at: number | null }[];
  /** Names whose listeners are called once the commit is made. */
  readonly signal?: readonly string[];
  /** Set if the data has no value after a power cut: an engine then need not wait for the disk. When only the process ends, nothing is lost. */
  readonly volatile?: true;
}

/** What a trim drops of a log: entries beyond the newest `entriesMax`, those older than `ageMs`, those up to the position `upTo`. */
export interface Cut {
  readonly entriesMax?: number;
  readonly ageMs?: number;
  readonly upTo?: number;
}

/** Log and position of an entry that a commit has appended. */
export type AppendedAt = Pick<Entry, 'position'> & Pick<LogState, 'generation'>;

/** Outcome of a commit. `appended`: its entries, in order. `mismatch`: the first condition that was false; nothing was written. */
export type Committed =
  | { readonly done: true; readonly now: number; readonly appended: readonly AppendedAt[] }
  | { readonly done: false; readonly mismatch: Expectation };

/** What a commit of this process appended to one log. */
export interface Appended extends Pick<LogState, 'generation'> {
  readonly entries: readonly Entry[];
}

/** A task that is due. */
export interface Due {
  readonly shard: string;
  readonly id: string;
  readonly at: number;
}

/** An open store. Every method may throw Problem `store-away`. Then nothing was written, or, if the connection broke, the caller may repeat the call. */
export interface Store extends AsyncDisposable {
  /** A random name of the store. Another handle means another store, or one that may have lost data that it had already reported. May change while the store is open. */
  readonly handle: string;

  /** Gives the store another handle, after it was restored from a copy. Readers and bridges then compare everything. */
  rehandle(): Promise<void>;

  /** The store's clock in ms since 1970, used for tickets, dues and entries. */
  now(): number;

  /** Checks every condition, then writes all or nothing. When it resolves, the write survives SIGKILL, and the listeners of `signal` have been called. */
  commit(shard: string, commit: Commit): Promise<Committed>;

  row(shard: string, table: string, key: string): Promise<Row | undefined>;
  /** A consistent read of several rows, in the order of `names`. */
  rows(shard: string, names: readonly RowName[]): Promise<readonly (Row | undefined)[]>;
  /** Rows in the order of their keys' UTF-8 bytes, after `after` (exclusive), `limit` at most. */
  list(shard: string, table: string, after: string | undefined, limit: number): Promise<readonly KeyedRow[]>;
  /** Number of rows of a table; for tables of at most some thousands. */
  count(shard: string, table: string): Promise<number>;

  /** A ticket that has not expired. */
  ticket(shard: string, name: string): Promise<Ticket | undefined>;

  log(shard: string, log: string): Promise<LogState>;
  /** Entries after a position, oldest first, `limit` at most, together with the log's state at that moment. */
  entries(
    shard: string,
    log: string,
    after: number,
    limit: number,
  ): Promise<LogState & { readonly entries: readonly Entry[] }>;
  trim(shard: string, log: string, cut: Cut): Promise<void>;

  /** The bytes of a complete blob. */
  blob(shard: string, rev: string): Promise<Uint8Array | undefined>;
  /** Which of these blobs are complete. */
  whole(shard: string, revs: readonly string[]): Promise<ReadonlySet<string>>;
  /** Adds a piece if the pieces so far have exactly `offset` bytes. Resolves to their number of bytes afterwards. */
  addPiece(shard: string, rev: string, offset: number, bytes: Uint8Array): Promise<number>;
  /** The pieces so far, joined; empty if there are none. */
  pieces(shard: string, rev: string): Promise<Uint8Array>;
  dropPieces(shard: string, rev: string): Promise<void>;
  holders(shard: string, rev: string): Promise<readonly string[]>;
  /** Drops blobs that nobody has held for `ageMs`, and pieces that have not grown for that long. */
  dropReleased(shard: string, ageMs: number): Promise<void>;

  /** All due tasks of all shards, the longest overdue first. Called again and again, which is when an engine tidies up. A task stays due until a commit removes or moves it, so doing it must be safe to repeat. */
  due(limit: number): Promise<readonly Due[]>;

  /**
   * Calls `listener` (which must not throw) at each signal of that name, and whenever one may have been missed. A signal may be lost, so a waiter
   * also reads before it waits, and never waits forever. If the signal comes from a commit of this process that appended to the log of that
   * name, `appended` has those entries; others may have been appended before them.
   */
  listen(shard: string, name: string, listener: (appended?: Appended) => void): Disposable;

  /** Writes a consistent copy of everything to the empty file at `path`; absent if the engine's server makes its own backups. */
  readonly backup?: (path: string) => Promise<void>;

  /** Bytes that the store takes: of its file, or of the server's memory with all that is in it. */
  size(): Promise<number>;

  /** Renews the expiry of a shard, if the engine expires whole shards. */
  touch(shard: string): Promise<void>;
  /** Removes all of a shard. */
  drop(shard: string): Promise<void>;
}

/** Why a store cannot be opened, in one sentence for the person who started it: in use, of a newer release, unreadable. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

export interface StoreOptions {
  /** The clock, in ms since 1970, for an engine without its own. Default: the system's. */
  readonly now?: () => number;
}
