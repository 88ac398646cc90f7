/** The snapshot of a large feed on a bad line: it ends, and is what the relay has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedSnapshot } from '#contract/feed.ts';
import { Refusal } from '../../pwa/refusal.ts';
import { createSnapshotReader, type ReadPage } from '../../pwa/state/stream/snapshot-reader.ts';
import { openConnected, put, reader } from '../kit/relay.ts';

const LIMIT = 5;
const COUNT = 42;
const signal = new AbortController().signal;

/** The pages of a relay with some documents, as the relay itself gives them. */
async function openPages() {
  const world = await openConnected();
  await world.bridge.send(Array.from({ length: COUNT }, (_, at) => put(`specs/${100 + at}/README.md`, `text ${at}`)));
  const page: ReadPage = async (feed, after) => {
    const { items, ...rest } = await world.relay.feeds.snapshot(reader, feed, {
      limit: LIMIT,
      ...(after && { after }),
    });
    return { p: 1, ...rest, items: items.map((item) => JSON.parse(item)) } as unknown as FeedSnapshot;
  };
  return { world, page, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a line on which every second page fails brings the whole snapshot, and no page twice', async () => {
  await using pages = await openPages();
  let calls = 0;
  const asked: (string | undefined)[] = [];
  const { read } = createSnapshotReader(async (feed, next) => {
    calls += 1;
    if (calls % 2 === 0) throw new TypeError('network error');
    asked.push(next);
    return await pages.page(feed, next, signal);
  });
  const { feed } = pages.world;
  let failures = 0;
  const readOn = async (): Promise<FeedSnapshot> => {
    try {
      return await read(feed, signal);
    } catch {
      failures += 1;
      assert.ok(failures < 3 * COUNT, 'it ends');
      return await readOn();
    }
  };
  const { items, next } = await readOn();
  assert.equal(next, undefined);
  assert.equal(new Set(items.filter(({ item }) => item === 'document').map(({ key }) => key)).size, COUNT);
  assert.equal(new Set(asked).size, asked.length);
  // What was read is forgotten: the next reading is a new one.
  calls = 1;
  await assert.rejects(read(feed, signal), { message: 'network error' });
  assert.ok((await read(feed, signal).catch(readOn)).items.length >= COUNT);
});

test('what the relay refuses, and what another store says, begins anew', async () => {
  await using pages = await openPages();
  const { feed } = pages.world;
  const asked: (string | undefined)[] = [];
  let act: ((page: FeedSnapshot) => FeedSnapshot) | undefined;
  const { read } = createSnapshotReader(async (name, next) => {
    asked.push(next);
    const page = await pages.page(name, next, signal);
    if (next === undefined || act === undefined) return page;
    const acting = act;
    act = undefined;
    return acting(page);
  });
  act = () => {
    throw new Refusal({ status: 400, code: 'parameter-invalid', title: '' } as never);
  };
  await assert.rejects(read(feed, signal), { code: 'parameter-invalid' });
  act = (page) => ({ ...page, handle: 'another' });
  const { items } = await read(feed, signal);
  assert.ok(items.length >= COUNT);
  assert.equal(asked.filter((next) => next === undefined).length, 3);
});
