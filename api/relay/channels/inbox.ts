/** The inbox: inputs of its channels, given to the bridge that owns them, and who reads them; as one answer or as a stream of them. */
import { createHash } from 'node:crypto';
import type { InboxAnswer, InboxRequest, InputGiven, Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { nextCall, untilNews } from '../machines/hold.ts';
import type { Presence } from '../machines/presence.ts';
import type { Bare } from '../relay.ts';
import { checkEpoch, parseRecord, RECORD } from '../rows.ts';
import { openWaiter } from '../waiter.ts';
import { readersOf } from './attendance.ts';
import { channelRow, INPUTS, WATCHED } from './channel-row.ts';
import { inputLayout } from './inputs.ts';

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
  return await answerWithin(store, machine, request, { holdMs, signal, onFirst: () => presence.heard(machine) });
}

/**
 * The same again and again, until `signal` aborts: first what there is, then each time there are others, and now and then without any.
 * Each goes on where the one before ended. Throws as `takeInbox` does.
 */
export async function* followInbox(
  store: Store,
  presence: Presence,
  machine: string,
  request: InboxRequest,
  signal: AbortSignal,
): AsyncGenerator<Bare<InboxAnswer>> {
  let answer = await answerWithin(store, machine, request, { holdMs: 0, signal });
  // Once, as it comes in: that the stream is still open is no sign of life.
  await presence.heard(machine);
  for (let asked = request; ; ) {
    yield answer;
    if (signal.aborted) return;
    asked = afterAnswer(asked, answer);
    // Something on the way may hold back the newest event: a key must not wait there for long.
    const holdMs = answer.inputs.length > 0 ? limits.streamSecondEventMs : limits.streamKeepaliveMs;
    answer = await answerWithin(store, machine, asked, { holdMs, signal });
  }
}

/** What a bridge asks that has taken this answer. */
function afterAnswer(asked: InboxRequest, { inputs, watch, seen }: Bare<InboxAnswer>): InboxRequest {
  const taken = Object.fromEntries(inputs.map(({ channel, position }) => [channel, position]));
  return { ...asked, after: { ...asked.after, ...taken }, watch, seen };
}

interface Holding {
  readonly holdMs: number;
  readonly signal: AbortSignal;
  /** Awaited after the first look. */
  readonly onFirst?: () => Promise<void>;
}

async function answerWithin(
  store: Store,
  machine: string,
  request: InboxRequest,
  { holdMs, signal, onFirst }: Holding,
): Promise<Bare<InboxAnswer>> {
  using waiter = openWaiter((wake) =>
    Object.keys(request.after).flatMap((id) =>
      [INPUTS, WATCHED].map((name) => store.listen(channelShard(id), name, wake)),
    ),
  );
  const known = JSON.stringify([...request.watch].sort());
  const { inputs, readers, watch, seen } = await untilNews(waiter, holdMs, signal, async (isFirst) => {
    const { inputs, readers } = await look(store, machine, request);
    if (isFirst) await onFirst?.();
    const watch = [...new Set(readers.map(({ channel }) => channel))];
    const seen = seenOf(readers);
    const isOther = JSON.stringify(watch.toSorted()) !== known || (request.seen ?? seen) !== seen;
    return { inputs, readers, watch, seen, isNews: inputs.length > 0 || isOther };
  });
  return { inputs: [...inputs], watch, readers: [...readers], seen, now: store.now(), next: nextCall(signal) };
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
