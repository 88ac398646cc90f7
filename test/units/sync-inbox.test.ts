/** How a bridge waits for inputs: on which rung, and that no input is taken twice where a long-poll waits beside the stream. Relay and client are the real ones. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { InputGiven } from '#contract/channel.ts';
import { type Ladder, topOfLadder, type Way } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { createClient } from '../../bridge/net/client.ts';
import { type InboxSink, runInbox } from '../../bridge/sync/inbox.ts';
import { createNetworkMemory } from '../../bridge/sync/network-memory.ts';
import { createWakeup } from '../../bridge/sync/wakeup.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls } from '../kit/bridge-calls.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddling, openMeddler } from '../kit/meddler.ts';

const ids = ['terminal-one', 'terminal-two'] as const;

/** A machine with two terminals, of which the first is open; `meddle` is the network of its stream. */
async function openInbox(meddle: () => Meddling, takeMs = 0) {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(await openApi());
  const bridge = await openBridgeCalls(relay);
  for (const id of ids) {
    await bridge.tell({ id, kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } });
    const part = { channel: id, seq: 1, entries: ['$ '] };
    await bridge.add(part);
  }
  const isStream = ({ text }: { readonly text: () => string }) => text().includes('"live"');
  const between = stack.use(await openMeddler(relay.url, (met) => (isStream(met) ? meddle() : undefined)));
  const client = stack.use(createClient({ origin: new URL(between.url), key: bridge.key }));
  const after: Record<string, number> = { [ids[0]]: 0 };
  const taken: unknown[] = [];
  const changed = createWakeup();
  const sink: InboxSink = {
    after: () => ({ ...after }),
    watched: () => [],
    seen: () => '',
    changed,
    take: async ({ inputs }) => {
      const isNew = ({ channel, position }: InputGiven) => position > (after[channel] ?? 0);
      const fresh = inputs.filter(isNew);
      // A keeper takes its time.
      await delay(takeMs);
      for (const { channel, position, input } of fresh) {
        taken.push(input);
        after[channel] = position;
      }
    },
  };
  const ways: (Way | undefined)[] = [];
  const ladders = createNetworkMemory<Ladder>(topOfLadder);
  const ending = new AbortController();
  const contact = { heard: () => undefined, broke: async () => assert.fail('the network is there') };
  const onWay = (way: Way | undefined) => void ways.push(way);
  const running = runInbox({ client, epoch: bridge.epoch, sink, contact, ladders, onWay }, ending.signal);
  running.catch(() => undefined);
  stack.defer(async () => {
    ending.abort();
    await running.catch(() => undefined);
  });
  const held = stack.move();
  const seqs = new Map<string, number>();
  return {
    ...{ after, taken, changed, ways, between },
    type: async (id: string, input: string) => {
      const seq = (seqs.get(id) ?? 0) + 1;
      seqs.set(id, seq);
      const body = { producer: 'tab', seq, inputs: [input] };
      assert.equal((await relay.ask('POST', `/v1/records/${id}/inputs`, { body })).status, 200);
    },
    asked: () => between.met.map(({ text }) => JSON.parse(text()) as { live?: string; after: object }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

test('where the stream is slow to begin, a long-poll takes what is typed meanwhile, and what comes by both at once is taken once (H10)', async () => {
  await using inbox = await openInbox(() => ({ afterMs: 1500 }), 800);
  // Without waiting, as a stream, and beside it.
  await eventually(() => inbox.asked().length === 3);
  await inbox.type(ids[0], 'a');
  await eventually(() => inbox.taken.length > 0);
  await inbox.type(ids[0], 'b');
  await eventually(() => inbox.taken.includes('b'));
  assert.deepEqual(inbox.taken, ['a', 'b']);
  assert.equal(inbox.ways.at(-1), 'events');
});

test('where streams are buffered, no key waits for the verdict, also of a terminal that is opened meanwhile (H10)', async () => {
  await using inbox = await openInbox(() => ({ way: { holds: 'everything' } }));
  await eventually(() => inbox.asked().some(({ live }) => live === 'sse'));
  inbox.after[ids[1]] = 0;
  inbox.changed.ring();
  await inbox.type(ids[1], 'a');
  await eventually(() => inbox.taken.length === 1);
  await inbox.type(ids[1], 'b');
  await eventually(() => inbox.taken.length === 2);
  assert.equal(inbox.ways.at(-1), 'events', 'nobody knows yet that the stream does not come');
});

test('where the newest event is held back, a key comes soon all the same (H10)', async () => {
  await using inbox = await openInbox(() => ({ way: { holds: 'one chunk' } }));
  await eventually(() => inbox.asked().some(({ live }) => live === 'sse'));
  // It brings the relay's `ready` through, so that the stream seems to be whole.
  await delay(2 * limits.streamSecondEventMs);
  const typedAt = performance.now();
  await inbox.type(ids[0], 'a');
  await eventually(() => inbox.taken.length === 1);
  assert.ok(performance.now() - typedAt < limits.inputAgeMsMax / 2);
});

test('a stream on which nobody types stays what it is (H10)', async () => {
  await using inbox = await openInbox(() => undefined);
  await eventually(() => inbox.asked().some(({ live }) => live === 'sse'));
  await delay(limits.readyAfterEventMs + 1000);
  assert.deepEqual(inbox.ways, ['events']);
  assert.equal(inbox.asked().filter(({ live }) => live === 'sse').length, 1);
});

test('a terminal that is opened is asked about at once, and nothing is asked where a terminal only changes (H10)', async () => {
  await using inbox = await openInbox(() => undefined);
  const streams = () => inbox.asked().filter(({ live }) => live === 'sse');
  await eventually(() => streams().length === 1);
  await inbox.type(ids[0], 'a');
  await eventually(() => inbox.taken.length === 1);
  for (let times = 0; times < 3; times++) {
    inbox.changed.ring();
    await inbox.type(ids[0], 'b');
    await eventually(() => inbox.taken.length === 2 + times);
  }
  assert.equal(streams().length, 1);
  inbox.after[ids[1]] = 0;
  inbox.changed.ring();
  await inbox.type(ids[1], 'c');
  await eventually(() => inbox.taken.includes('c') && streams().length === 2);
  assert.deepEqual(
    streams().map(({ after }) => Object.keys(after)),
    [[ids[0]], [...ids]],
  );
});
