/** A channel as it lies in its shard `c:<record>`: one row about the whole, the log of its entries (`events`, as every feed), the log of its inputs. */
import * as v from 'valibot';
import { recordKind } from '#contract/records/index.ts';
import type { RecordKind } from '#contract/records/record-kind.ts';
import { defineTable } from '../../store/tables.ts';

/** The log of a channel's inputs; also the signal that it has grown. */
export const INPUTS = 'inputs';
/** The ticket of a channel that says who attends it; also the signal that somebody has come. */
export const WATCHED = 'watched';
/** The holder of the snapshots' bytes. */
export const SNAPSHOT_HOLDER = 'snapshot';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const ChannelRow = v.object({
  organisation: v.string(),
  machine: v.string(),
  kind: v.string(),
  /** Its record says that it is sealed. */
  isSealed: v.exactOptional(v.literal(true)),
  /** The epoch of the bridge that added the last part; an older one adds nothing more. */
  epoch: v.number(),
  /** Of the last part, and what the bridge noted with it. */
  seq: count,
  mark: v.exactOptional(v.string()),
  /** Of the last entry. */
  last: count,
  /** All that was ever added, in bytes. */
  bytes: count,
  /** Positions, and the bytes that were added up to them, some distance apart: where the tail may be cut. */
  steps: v.array(v.tuple([count, count])),
  /** The newest first. */
  snapshots: v.array(v.object({ at: count, rev: v.string(), size: count, bytes: count })),
  /** In ms since 1970. */
  closedAt: v.exactOptional(v.number()),
  /** What a position of the log of inputs is told as: so much more. It makes positions go on after the shard was emptied. */
  inputsFrom: count,
});
export type ChannelRow = v.InferOutput<typeof ChannelRow>;

const KEY = 'state';

/** The row about a channel, under one key. */
const channels = defineTable('channel', ChannelRow);
export const channelRow = {
  name: channels.at(KEY),
  put: (row: ChannelRow) => channels.put(KEY, row),
  get: (store: Parameters<typeof channels.get>[0], shard: string) => channels.get(store, shard, KEY),
};

/** What the kind of a record says of its channel; undefined for a kind without one, or of another release. */
export function channelOfKind(kind: string): RecordKind['channel'] {
  return recordKind(kind)?.channel;
}
