/**
 * The store: six primitives and one atomic write, and what an engine promises of them. Everything lives in a *shard*
 * (shards.ts names them), and nothing spans two of them. `test/conformance` holds every engine to this file.
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

/** Where a log stands: what is retained lies between `first` and `last` (`first` = `last` + 1 where nothing is). `generation` is empty until the first entry. */
export interface LogState {
  readonly generation: string;
  readonly first: number;
  readonly last: number;
}

/** What must hold for a commit to be made: a row's version (0: there is none), a ticket's value (null: none that lives), whether a blob is whole. */
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
  /** Logs that get a new, random generation and lose their entries; positions go on. */
  readonly turn?: readonly string[];
  readonly append?: readonly { readonly log: string; readonly value: string }[];
  /** Whole blobs: the caller answers for `rev` being the SHA-256 (hex) of `bytes`. One that is there stays as it is. */
  readonly blobs?: readonly { readonly rev: string; readonly bytes: Uint8Array }[];
  /** Revs whose pieces are all there and become a whole blob; the caller has checked the hash. One without pieces stays as it is. */
  readonly seal?: readonly string[];
  /** `holder` holds on to `rev`, whether its bytes are there yet or not. Twice is once. */
  readonly hold?: readonly { readonly rev: string; readonly holder: string }[];
  readonly release?: readonly { readonly rev: string; readonly holder: string }[];
  /** `at` in ms by the store's clock; `null` removes. An id has one time. */
  readonly due?: readonly { readonly id: string; readonly at: number | null }[];
  /** Names whose listeners wake once the commit is durable. */
  readonly signal?: readonly string[];
}

/** Where an entry that a commit appended came to lie. */
export type AppendedAt = Pick<Entry, 'position'> & Pick<LogState, 'generation'>;

/** What a commit came to. `appended`: its entries, in their order. `mismatch`: the first expectation that did not hold; nothing was written. */
export type Committed =
  | { readonly done: true; readonly now: number; readonly appended: readonly AppendedAt[] }
  | { readonly done: false; readonly mismatch: Expectation };

/** What a commit of this process appended to one log. */
export interface Appended extends Pick<LogState, 'generation'> {
  readonly entries: readonly Entry[];
}

/** Something whose time has come. */
export interface Due {
  readonly shard: string;
  readonly id: string;
  readonly at: number;
}

/** An open store. Every method may throw Problem `store-away`; then nothing was written, or (where the connection broke) the caller may repeat. */
export interface Store extends AsyncDisposable {
  /** Random, made with the store: another handle means another store, or one that may have forgotten what it had told. May change while it is open. */
  readonly handle: string;

  /** Gives the store another handle: after it was restored from a copy. Readers and bridges then compare all they have. */
  rehandle(): Promise<void>;

  /** The store's clock in ms since 1970: what tickets, dues and entries go by. */
  now(): number;

  /** Checks every expectation, then writes all or nothing; durable when it resolves, also through SIGKILL. Listeners of `signal` have then been woken. */
  commit(shard: string, commit: Commit): Promise<Committed>;

  row(shard: string, table: string, key: string): Promise<Row | undefined>;
  /** Several rows as of one moment, in the order of their names. */
  rows(shard: string, names: readonly RowName[]): Promise<readonly (Row | undefined)[]>;
  /** Rows in the order of their keys' UTF-8 bytes, after `after` (exclusive), `limit` at most. */
  list(shard: string, table: string, after: string | undefined, limit: number): Promise<readonly KeyedRow[]>;
  /** How many rows a table has; meant for tables of at most some thousands. */
  count(shard: string, table: string): Promise<number>;

  /** A ticket that has not expired. */
  ticket(shard: string, name: string): Promise<Ticket | undefined>;

  log(shard: string, log: string): Promise<LogState>;
  /** Entries after a position, oldest first, `limit` at most, together with where the log stands at that moment. */
  entries(
    shard: string,
    log: string,
    after: number,
    limit: number,
  ): Promise<LogState & { readonly entries: readonly Entry[] }>;
  /** Drops entries beyond the newest `entriesMax` and those older than `ageMs`. */
  trim(shard: string, log: string, entriesMax: number, ageMs: number): Promise<void>;

  /** The bytes of a whole blob. */
  blob(shard: string, rev: string): Promise<Uint8Array | undefined>;
  /** Which of these blobs are whole. */
  whole(shard: string, revs: readonly string[]): Promise<ReadonlySet<string>>;
  /** Adds a piece at `offset` if exactly that much is there; resolves to the bytes that are there afterwards. */
  addPiece(shard: string, rev: string, offset: number, bytes: Uint8Array): Promise<number>;
  /** The pieces so far, as one; empty where there are none. */
  pieces(shard: string, rev: string): Promise<Uint8Array>;
  dropPieces(shard: string, rev: string): Promise<void>;
  holders(shard: string, rev: string): Promise<readonly string[]>;
  /** Drops blobs that nobody has held for `ageMs`, and pieces that have not grown for that long. */
  dropReleased(shard: string, ageMs: number): Promise<void>;

  /** What is due by now, the longest overdue first, of all shards. It stays due until a commit removes or moves it, so doing it must be safe to repeat. */
  due(limit: number): Promise<readonly Due[]>;

  /**
   * Calls `listener` (which must not throw) at each signal of that name, and where one may have been missed; one may be lost, so a waiter
   * also reads before it waits and never waits for ever. Where the signal is of a commit of this process which appended to the log of that
   * name, `appended` says what; others may have appended before it.
   */
  listen(shard: string, name: string, listener: (appended?: Appended) => void): Disposable;

  /** Writes a copy of everything, as of one moment, over the empty file at `path`; absent where the engine's server has its own way. */
  readonly backup?: (path: string) => Promise<void>;

  /** Renews a shard whose engine lets shards expire as one. */
  touch(shard: string): Promise<void>;
  /** Removes all of a shard. */
  drop(shard: string): Promise<void>;
}

/** Why a store cannot be opened, in one sentence for the person who started it: in use, of a newer release, unreadable. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
}

export interface StoreOptions {
  /** The clock, in ms since 1970, for an engine that has none of its own; the system's where absent. */
  readonly now?: () => number;
}
