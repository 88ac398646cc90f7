/** Inputs: keys that people press into a channel. Each is numbered, kept for its owner alone, and of no use after ten seconds. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  type InboxAnswer,
  type InboxRequest,
  Input,
  type InputGiven,
  type InputsRequest,
  type Reader,
} from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { holds } from '#contract/scopes.ts';
import { SealedInput } from '#contract/sealed.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { defineLayout, defineTable } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Presence } from '../presence.ts';
import type { Attending, Bare, FeedCaller } from '../relay.ts';
import { checkEpoch, PRESENCE, parseRecord, RECORD } from '../rows.ts';
import { openWaiter } from '../waiter.ts';
import { attend, isTypingEntered, readersOf } from './attendance.ts';
import { type ChannelRow, channelOfKind, channelRow, INPUTS, WATCHED } from './channel-row.ts';
import { readChannel } from './read-channel.ts';

/** By person and producer: the last request that was taken, and when (ms since 1970). */
const producers = defineTable('producers', v.object({ seq: v.number(), at: v.number() }));

const inputLayout = defineLayout(
  'the inputs of channels',
  v.object({ by: v.object({ person: v.string(), name: v.string() }), input: Input }),
);

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
  { person, name }: Attending,
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
    append: inputs.map((input) => ({ log: INPUTS, value: inputLayout.format({ by: { person, name }, input }) })),
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

interface Look {
  readonly inputs: readonly InputGiven[];
  readonly readers: readonly Reader[];
}

/** Stands for these readers; nothing for none. */
function seenOf(readers: readonly Reader[]): string {
  if (readers.length === 0) return '';
  const keys = readers.map(({ channel, person, device }) => [channel, person, device]);
  return createHash('sha256').update(JSON.stringify(keys)).digest('hex');
}

/** Holds until there are inputs, or other channels are watched than the bridge knows. Throws `superseded`, `resync`, `machine-removed`. */
export async function takeInbox(
  store: Store,
  presence: Presence,
  machine: string,
  request: InboxRequest,
  signal: AbortSignal,
): Promise<Bare<InboxAnswer>> {
  const holdMs = Math.min(request.waitSeconds * 1000, limits.holdMsMax);
  const deadline = performance.now() + holdMs;
  const wanted = Object.entries(request.after);
  using waiter = openWaiter((wake) =>
    wanted.flatMap(([id]) => [INPUTS, WATCHED].map((name) => store.listen(channelShard(id), name, wake))),
  );
  const known = JSON.stringify([...request.watch].sort());
  for (let isFirst = true; ; isFirst = false) {
    const { inputs, readers } = await look(store, machine, request);
    const watch = [...new Set(readers.map(({ channel }) => channel))];
    const seen = seenOf(readers);
    if (isFirst) await presence.heard(machine);
    const leftMs = deadline - performance.now();
    const isOther = JSON.stringify(watch.toSorted()) !== known || (request.seen ?? seen) !== seen;
    const isNews = inputs.length > 0 || isOther;
    if (isNews || leftMs <= 0 || signal.aborted) {
      const delayMs = signal.aborted ? Math.round((0.1 + 0.9 * Math.random()) * limits.drainDelayMsMax) : 0;
      return {
        inputs: [...inputs],
        watch,
        readers: [...readers],
        seen,
        now: store.now(),
        next: { waitSeconds: limits.holdMs / 1000, delayMs },
      };
    }
    await waiter.wait(leftMs, signal);
  }
}

async function look(store: Store, machine: string, { epoch, after }: InboxRequest): Promise<Look> {
  const found = await store.row(machineShard(machine), RECORD.table, RECORD.key);
  checkEpoch(epoch, parseRecord(found).value);
  const all = await Promise.all(Object.entries(after).map(([id, position]) => lookAt(store, machine, id, position)));
  return { inputs: all.flatMap(({ inputs }) => inputs), readers: all.flatMap(({ readers }) => readers) };
}

const nothing: Look = { inputs: [], readers: [] };

/** A channel that is not there is passed by: the bridge hears of it where it adds to it. */
async function lookAt(store: Store, machine: string, channel: string, after: number): Promise<Look> {
  const shard = channelShard(channel);
  const [row, readers] = await Promise.all([channelRow.get(store, shard), readersOf(store, channel)]);
  if (row === undefined || row.value.machine !== machine) return nothing;
  const from = row.value.inputsFrom;
  const { entries, last } = await store.entries(shard, INPUTS, Math.max(0, after - from), limits.inputsPerPostMax);
  // The shard was emptied or rewound: positions go on after the one that the bridge knows.
  if (after - from > last) {
    const put = channelRow.put({ ...row.value, inputsFrom: after - last });
    await store.commit(shard, { expect: [{ row: channelRow.name, version: row.version }], put: [put] });
    return { inputs: [], readers };
  }
  const inputs = entries.map(({ position, at, value }) => ({
    channel,
    position: from + position,
    at,
    ...inputLayout.parse(value),
  }));
  return { inputs, readers };
}
