/** Reading a channel: who may, where a reader begins, and that somebody reads it. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { holds } from '#contract/scopes.ts';
import { channelShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import type { Beginning } from '../feeds/feed-reader.ts';
import { scopeToRead } from '../records/record-row.ts';
import type { Attending, FeedCaller } from '../relay.ts';
import { attend } from './attendance.ts';
import { type ChannelRow, channelRow } from './channel-row.ts';

/** The channel of a record that the caller may read; any other is as if it were not there. Throws `channel-unknown`. */
export async function readChannel(store: Store, caller: FeedCaller, record: string): Promise<ChannelRow> {
  const row = (await channelRow.get(store, channelShard(record)))?.value;
  if (row === undefined || row.organisation !== caller.organisation) throw new Problem('channel-unknown');
  if (!holds(caller.scope, scopeToRead(row))) throw new Problem('channel-unknown');
  return row;
}

/** The newest snapshot of a channel; undefined if it has none. */
export async function beginningOf(store: Store, record: string): Promise<Beginning | undefined> {
  const shard = channelShard(record);
  const newest = (await channelRow.get(store, shard))?.value.snapshots[0];
  if (newest === undefined) return undefined;
  const { at, rev, size } = newest;
  if (size > limits.snapshotInlineBytesMax) return { at, rev };
  const bytes = await store.blob(shard, rev);
  return bytes === undefined ? { at, rev } : { at, rev, body: Buffer.from(bytes).toString('base64') };
}

/** The gzip bytes of a snapshot. Throws `channel-unknown`, `snapshot-gone`. */
export async function readSnapshot(store: Store, caller: Attending, record: string, rev: string): Promise<Uint8Array> {
  const { snapshots, ...row } = await readChannel(store, caller, record);
  const bytes = snapshots.some((one) => one.rev === rev) ? await store.blob(channelShard(record), rev) : undefined;
  if (bytes === undefined) throw new Problem('snapshot-gone');
  await attend(store, caller, record, row, 'read');
  return bytes;
}

/** Says until disposed that somebody reads a channel; some time after that nobody does. Throws `channel-unknown`. */
export async function watchChannel(store: Store, caller: Attending, record: string): Promise<Disposable> {
  const row = await readChannel(store, caller, record);
  const renew = () => attend(store, caller, record, row, 'read');
  await renew();
  // Where the store is away the next one says it.
  const timer = setInterval(() => renew().catch(() => undefined), limits.watchedMs / 3).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
