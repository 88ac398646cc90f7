/** The keys of a shard. All carry its hash tag, so that a cluster keeps them together; all begin with the store's prefix. */

/** The keys that every shard has, in the order in which scripts take them. */
export const shardKeys = [
  /** String: the newest version given; its expiry is that of the whole shard. */
  'version',
  /** Hash: "table\nkey" → "version:value". */
  'rows',
  /** Sorted set, all of score 0: "table\nkey", for lists. */
  'keys',
  /** Hash: name → "expiry in ms:value". */
  'tickets',
  /** Sorted set: name by expiry. */
  'ticket-ends',
  /** Hash: log → "generation:first:last". */
  'logs',
  /** Hash: rev → bytes. */
  'blobs',
  /** Sorted set: rev of a blob that nobody holds, by the time of its release. */
  'released',
  /** Sorted set, all of score 0: "rev\nholder". */
  'holders',
  /** Sorted set: rev of a blob on its way, by the time of its newest piece. */
  'pieces',
  /** Sorted set: id by time. */
  'due',
] as const;

export type ShardKey = (typeof shardKeys)[number];

/** Names the keys of a store. */
export interface Layout {
  /** Of the store as a whole: its handle. */
  readonly handle: string;
  /** Hash: run id of a server that has served this data → when it was first seen. */
  readonly servers: string;
  /** Sorted set: shards by a time before which nothing of theirs is due. */
  readonly dueShards: string;
  key(shard: string, name: ShardKey): string;
  /** All of `shardKeys`. */
  keys(shard: string): readonly string[];
  /** Stream: the entries of a log, `<position>-0` with `at` and `value`. */
  stream(shard: string, log: string): string;
  /** String: the bytes of a blob that are there so far. */
  piece(shard: string, rev: string): string;
  /** Sharded channel: names of signals, after the process that sends them. */
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
