/** Names the keys of a shard. All contain its hash tag, so that a cluster keeps them together, and begin with the store's prefix. */

/** The keys that every shard has, in the order in which scripts take them, and what each holds. */
export const shardKeyNotes = {
  version: 'string: the newest version given; its expiry is that of the whole shard',
  rows: 'hash: "table, line break, key" → "version:value"; machines, descriptions of documents, commands, keys by their hash',
  keys: 'sorted set, all of score 0: the names of the rows, for lists',
  tickets: 'hash: name → "expiry in ms:value"; sessions, sign-in links, presence, revoked keys',
  'ticket-ends': 'sorted set: names of tickets by their expiry; what is over goes with the next commit',
  logs: 'hash: log → "generation:first:last"',
  blobs: 'hash: SHA-256 → bytes of a file',
  released: 'sorted set: SHA-256 of a blob that nobody holds, by the time of its release',
  holders: 'sorted set, all of score 0: "SHA-256, line break, holder"',
  pieces: 'sorted set: SHA-256 of a blob on its way, by the time of its newest piece',
  due: 'sorted set: what is to be done, by its time in ms',
} as const;

export type ShardKey = keyof typeof shardKeyNotes;

export const shardKeys = Object.keys(shardKeyNotes) as readonly ShardKey[];

/** Names the keys of a store. */
export interface Layout {
  /** The handle of the whole store. */
  readonly handle: string;
  /** Hash: run id of each Redis process so far → when it was first seen. */
  readonly servers: string;
  /** Sorted set: shards, by a time before which none of their tasks is due. */
  readonly dueShards: string;
  key(shard: string, name: ShardKey): string;
  /** All of `shardKeys`. */
  keys(shard: string): readonly string[];
  /** Stream: the entries of a log, `<position>-0` with `at` and `value`. */
  stream(shard: string, log: string): string;
  /** String: the bytes of an unfinished blob so far. */
  piece(shard: string, rev: string): string;
  /** Sharded channel: each message is the sending process and the names of signals. */
  channel(shard: string): string;
}

/** The layout under a prefix. */
export function createLayout(prefix: string): Layout {
  const named = (shard: string, name: string) => `${prefix}:{${shard}}:${name}`;
  return {
    handle: `${prefix}:handle`,
    servers: `${prefix}:servers`,
    dueShards: `${prefix}:due-shards`,
    key: named,
    keys: (shard) => shardKeys.map((name) => named(shard, name)),
    stream: (shard, log) => named(shard, `log:${log}`),
    piece: (shard, rev) => named(shard, `piece:${rev}`),
    channel: (shard) => named(shard, 'signals'),
  };
}
