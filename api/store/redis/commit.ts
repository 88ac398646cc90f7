/** The only write of the Redis engine: turns a commit into the keys and arguments of `lua/commit.lua`. */
import { randomBytes } from 'node:crypto';
import type { Commit, Committed, Expectation } from '../store.ts';
import type { Argument } from './clients.ts';
import { type Layout, shardKeys } from './layout.ts';
import type { RedisLink } from './link.ts';
import { rowName } from './reads.ts';
import { scripts } from './scripts.ts';

export interface CommitDeps {
  readonly link: RedisLink;
  readonly layout: Layout;
  /** Ms until a shard expires after its last use, as text; empty if it never expires. */
  readonly ttlOf: (shard: string) => string;
  /** Name of this process in signals. */
  readonly sender: string;
}

/** Prepares the write. */
export function createCommit({ link, layout, ttlOf, sender }: CommitDeps) {
  return async (shard: string, commit: Commit): Promise<Committed> => {
    const keys = [...layout.keys(shard)];
    const args = encode(commit, createKeyIndex(keys, layout, shard));
    const signals =
      commit.signal === undefined || commit.signal.length === 0 ? '' : [sender, ...commit.signal].join('\n');
    const reply = (await link.run(scripts.commit, keys, [ttlOf(shard), ...args, layout.channel(shard), signals])) as [
      number,
      number,
      ...AppendedReply[],
    ];
    const [done, second, ...appended] = reply;
    if (done === 1)
      return {
        done: true,
        now: second,
        appended: appended.map(([position, generation]) => ({ position, generation })),
      };
    return { done: false, mismatch: (commit.expect ?? [])[second - 1] as Expectation };
  };
}

type AppendedReply = [position: number, generation: string];

interface KeyIndex {
  /** The index, counted from 1, of a log's stream or a blob's pieces among the keys; adds the key if it is new. */
  stream(log: string): string;
  piece(rev: string): string;
}

function createKeyIndex(keys: string[], layout: Layout, shard: string): KeyIndex {
  const placeOf = (key: string) => {
    const known = keys.indexOf(key, shardKeys.length);
    return String(known === -1 ? keys.push(key) : known + 1);
  };
  return { stream: (log) => placeOf(layout.stream(shard, log)), piece: (rev) => placeOf(layout.piece(shard, rev)) };
}

/** Each list, preceded by its length. */
function encode(commit: Commit, keys: KeyIndex): Argument[] {
  const { expect = [], put = [], delete: deleted = [], tickets = [], restart = [], append = [] } = commit;
  const { blobs = [], seal = [], hold = [], release = [], due = [] } = commit;
  return [
    ...list(expect.map(encodeExpectation)),
    ...list(put.map(({ table, key, value }) => [rowName(table, key), value])),
    ...list(deleted.map(({ table, key }) => [rowName(table, key)])),
    ...list(
      tickets.map(({ name, value, ttlMs }) =>
        value === null ? [name, 'ends', '', ''] : [name, 'lives', value, ttlMs === undefined ? '' : String(ttlMs)],
      ),
    ),
    ...list(restart.map((log) => [log, keys.stream(log), randomGeneration()])),
    ...list(append.map(({ log, value }) => [log, keys.stream(log), randomGeneration(), value])),
    ...list(blobs.map(({ rev, bytes }) => [rev, toBuffer(bytes)])),
    ...list(seal.map((rev) => [rev, keys.piece(rev)])),
    ...list(hold.map(({ rev, holder }) => [rev, holder])),
    ...list(release.map(({ rev, holder }) => [rev, holder])),
    ...list(due.map(({ id, at }) => [id, at === null ? '' : String(Math.ceil(at))])),
  ];
}

function list(items: readonly (readonly Argument[])[]): Argument[] {
  return [String(items.length), ...items.flat()];
}

function encodeExpectation(expectation: Expectation): Argument[] {
  if ('row' in expectation)
    return ['row', rowName(expectation.row.table, expectation.row.key), String(expectation.version)];
  if ('ticket' in expectation)
    return ['ticket', expectation.ticket, expectation.value === null ? '' : `=${expectation.value}`];
  return ['blob', expectation.blob, expectation.whole ? '1' : '0'];
}

/** Random, so that a store that was restored from an older copy cannot create the same generation again. */
function randomGeneration(): string {
  return randomBytes(6).toString('base64url');
}

/** The same bytes, not a copy. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
