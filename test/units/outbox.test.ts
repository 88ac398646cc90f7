/** The outbox of notices: what fails is tried again and given up in the end, also by another process than the one that noted it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Op } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import { type Outbox, type Sent, startOutbox } from '../../api/services/outbox.ts';
import { eventually } from '../kit/eventually.ts';
import { openConnected, organisation, put, type RelayWorld } from '../kit/relay.ts';

const HOUR_MS = 3600_000;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** A document that says a notice. */
function saying(path: string): Op {
  const op = put(path, 'text') as Extract<Op, { op: 'put' }>;
  return { ...op, document: { ...op.document, notice: { topic: 'approval', title: path } } };
}

/** An outbox to one address; `tries` has the titles that it was to send. */
function openOutbox({ store, relay }: RelayWorld, answer: () => Sent) {
  const tries: string[] = [];
  const outbox: Outbox = startOutbox({
    name: 'test',
    ...{ store, relay, log },
    organisations: async () => [organisation],
    addresses: async () => ['one'],
    send: async (_organisation, _address, { notice }) => {
      if (notice.topic !== 'approval') return { is: 'over' };
      tries.push(notice.title);
      return answer();
    },
  });
  return { tries, ...outbox };
}

test('a message that is not taken is tried five more times, and then given up', async () => {
  await using world = await openConnected();
  await using outbox = openOutbox(world, () => ({ is: 'failed' }));
  await world.bridge.send([saying('one.md')]);
  for (let tries = 1; tries <= limits.outboundRetriesMax + 1; tries++) {
    await eventually(async () => (await outbox.round()) > 0 && outbox.tries.length === tries);
    await world.pass(HOUR_MS);
  }
  await outbox.round();
  assert.equal(outbox.tries.length, limits.outboundRetriesMax + 1);
});

test('a message that one process could not send is sent by the next one, and none twice', async () => {
  await using world = await openConnected();
  {
    await using first = openOutbox(world, () => ({ is: 'failed' }));
    await world.bridge.send([saying('one.md'), saying('two.md')]);
    await eventually(() => first.tries.length === 2);
  }
  await world.pass(HOUR_MS);
  await using second = openOutbox(world, () => ({ is: 'over' }));
  await eventually(() => second.tries.length === 2);
  await world.pass(HOUR_MS);
  await second.round();
  assert.deepEqual(second.tries.toSorted(), ['one.md', 'two.md']);
});

test('a notice that is gone before its message was taken is not sent any more', async () => {
  await using world = await openConnected();
  await using outbox = openOutbox(world, () => ({ is: 'failed' }));
  await world.bridge.send([saying('one.md')]);
  await eventually(() => outbox.tries.length === 1);
  await world.bridge.send([put('one.md', 'other text')]);
  await world.pass(HOUR_MS);
  await outbox.round();
  assert.equal(outbox.tries.length, 1);
});
