/** How long a channel stays: as long as its record is there, and some days after it was closed. */
import { limits } from '#contract/limits.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { recordRows } from '../records/record-row.ts';
import { EVENTS } from '../rows.ts';
import { channelOfKind, channelRow } from './channel-row.ts';

/** In a channel's shard: whether it is still wanted. */
export const KEEP_DUE = 'keep';
/** In a machine's shard, before the id of a record that is gone: its channel goes too. */
export const CHANNEL_DUE = 'channel:';

/** The part of a commit after which a channel is looked at: of the one that begins it, or closes it. */
export function keepChannelDue(nowMs: number) {
  return { id: KEEP_DUE, at: nowMs + limits.channelKeptMs };
}

/** The part of a commit that removes a record of a kind with a channel. */
export function channelGoneDue(record: string, nowMs: number) {
  return { id: `${CHANNEL_DUE}${record}`, at: nowMs };
}

/** Drops a channel that was closed long ago, or whose record is gone, or comes again. */
export async function keepChannel(store: Store, record: string): Promise<void> {
  const shard = channelShard(record);
  const row = await channelRow.get(store, shard);
  const now = store.now();
  const { closedAt = now, machine = '' } = row?.value ?? {};
  const isThere = (await recordRows.get(store, machineShard(machine), record)) !== undefined;
  if (!isThere || now - closedAt >= limits.channelKeptMs) return await dropChannel(store, record);
  await store.commit(shard, { due: [keepChannelDue(now)] });
}

/** Drops the channel of a record that is gone; one that was told again meanwhile keeps it. */
export async function channelGone(store: Store, machine: string, record: string): Promise<void> {
  const shard = machineShard(machine);
  const isBack = (await recordRows.get(store, shard, record)) !== undefined;
  if (!isBack) await dropOf(store, machine, record);
  await store.commit(shard, { due: [{ id: `${CHANNEL_DUE}${record}`, at: null }] });
}

/** Drops the channels of a machine that is removed. */
export async function dropChannels(store: Store, machine: string): Promise<void> {
  for await (const { key, value } of recordRows.each(store, machineShard(machine)))
    if (channelOfKind(value.kind) !== undefined) await dropOf(store, machine, key);
}

/** Drops the channel of this id if it is this machine's. */
async function dropOf(store: Store, machine: string, record: string): Promise<void> {
  const row = await channelRow.get(store, channelShard(record));
  if (row?.value.machine === machine) await dropChannel(store, record);
}

async function dropChannel(store: Store, record: string): Promise<void> {
  const shard = channelShard(record);
  // Whoever follows it looks again, and finds it gone.
  await store.commit(shard, { restart: [EVENTS], delete: [channelRow.name], signal: [EVENTS] });
  await store.drop(shard);
}
