/** Inputs: keys that people press into a channel. Each is numbered, kept for its owner alone (`inbox.ts`), and of no use after ten seconds. */
import * as v from 'valibot';
import { Input, type InputsRequest, Typist } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { holds } from '#contract/scopes.ts';
import { SealedInput } from '#contract/sealed.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { defineLayout, defineTable } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Attending, FeedCaller } from '../relay.ts';
import { PRESENCE } from '../rows.ts';
import { attend, isTypingEntered } from './attendance.ts';
import { type ChannelRow, channelOfKind, INPUTS } from './channel-row.ts';
import { readChannel } from './read-channel.ts';

/** By person and producer: the last request that was taken, and when (ms since 1970). */
const producers = defineTable('producers', v.object({ seq: v.number(), at: v.number() }));

/** An input as it lies in its log. */
export const inputLayout = defineLayout('the inputs of channels', v.object({ by: Typist, input: Input }));

/** Inputs are cut off their log each time so many have come; nobody takes older ones than those of a minute. */
const TRIM_EVERY = 100;
const KEPT_MS = 60_000;

/** Takes inputs. Throws `channel-unknown`, `inputs-unsupported`, `channel-closed`, `channel-sealed`, `machine-unavailable`, `too-many-inputs`, `gap` with `expected`. */
export async function sendInputs(
  store: Store,
  caller: Attending,
  record: string,
  request: InputsRequest,
): Promise<{ readonly position: number; readonly dup?: true }> {
  const channel = await readChannel(store, caller, record);
  checkOpen(channel, caller);
  // The machine would pass it by; who types hears it at once.
  if (channel.isSealed && !request.inputs.every((input) => v.is(SealedInput, input)))
    throw new Problem('channel-sealed');
  const [presence, isEntered] = await Promise.all([
    store.ticket(machineShard(channel.machine), PRESENCE),
    isTypingEntered(store, caller, record, channel),
  ]);
  if (presence === undefined)
    throw new Problem('machine-unavailable', undefined, {
      hint: 'Type again when it is back online. Keys are not kept for later.',
    });
  const shard = channelShard(record);
  if (!isEntered) await attend(store, caller, record, channel, 'typed');
  const { position, isDup } = await untilDone(store, shard, () => take(store, shard, caller, request));
  if (position % TRIM_EVERY < request.inputs.length) await store.trim(shard, INPUTS, { ageMs: KEPT_MS });
  return { position: channel.inputsFrom + position, ...(isDup ? { dup: true as const } : {}) };
}

/** Throws `inputs-unsupported`, `channel-unknown`, `channel-closed`. */
function checkOpen({ kind, closedAt }: ChannelRow, { scope }: FeedCaller): void {
  const needed = channelOfKind(kind)?.inputScope;
  if (needed === undefined) throw new Problem('inputs-unsupported');
  if (!holds(scope, needed)) throw new Problem('channel-unknown');
  if (closedAt !== undefined) throw new Problem('channel-closed');
}

async function take(
  store: Store,
  shard: string,
  { person, name, device }: Attending,
  { producer, seq, inputs }: InputsRequest,
) {
  const key = `${person}.${producer}`;
  const before = await producers.get(store, shard, key);
  const { last } = await store.log(shard, INPUTS);
  const taken = before?.value.seq ?? 0;
  if (seq <= taken) return { result: { position: last, isDup: true } };
  if (seq > taken + 1) throw new Problem('gap', undefined, { expected: taken + 1 });
  const commit: Commit = {
    expect: [{ row: producers.at(key), version: before?.version ?? 0 }],
    put: [producers.put(key, { seq, at: store.now() })],
    delete: before === undefined ? await leaving(store, shard, person) : [],
    append: inputs.map((input) => ({
      log: INPUTS,
      value: inputLayout.format({ by: { person, name, device }, input }),
    })),
    signal: [INPUTS],
  };
  return { result: { position: last + inputs.length, isDup: false }, commit };
}

/** Room for one more of a person: the one that typed longest ago leaves. One that may repeat a request stays. Throws `too-many-inputs`. */
async function leaving(store: Store, shard: string, person: string) {
  const own = `${person}.`;
  const { rows } = await producers.list(store, shard, own, limits.inputProducersMax);
  const all = rows.filter(({ key }) => key.startsWith(own));
  if (all.length < limits.inputProducersMax) return [];
  const oldest = all.reduce((one, other) => (other.value.at < one.value.at ? other : one));
  const leftMs = oldest.value.at + limits.inputProducerKeptMs - store.now();
  if (leftMs <= 0) return [producers.at(oldest.key)];
  throw new Problem('too-many-inputs', `You type by ${limits.inputProducersMax} producers already.`, {
    retryAfterSeconds: Math.ceil(leftMs / 1000),
  });
}
