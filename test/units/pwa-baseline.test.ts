/** What documents were when the person last looked is kept until the change is seen, and costs nothing where nothing was known. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { feedOfMachine, personFeed } from '#contract/feed-name.ts';
import { type Changes, changedItems, createFacts, noChanges } from '../../pwa/state/facts/facts.ts';
import { changesOfSnapshot } from '../../pwa/state/facts/reduce.ts';
import {
  type Baseline,
  baselineMs,
  baselineSort,
  baselinesFor,
  baselinesSeen,
} from '../../pwa/state/replica/baseline.ts';

const feed = feedOfMachine('laptop');

function documents(revs: Readonly<Record<string, string | null>>, mtime = 1): Changes {
  const changes = noChanges();
  for (const [path, rev] of Object.entries(revs))
    changedItems(changes, 'document', feed).set(
      path,
      rev === null ? null : { project: 'shop', path, rev, kind: 'spec', meta: {}, mtime },
    );
  return changes;
}

/** A device that takes changes as the ledger does. */
function openDevice() {
  const book = createFacts();
  return {
    facts: book.facts,
    take(changes: Changes, now: number, late = false) {
      book.apply(baselinesFor(changes, book.facts, { now, late }));
      book.apply(changes);
      book.apply(baselinesSeen(book.facts, now, Date.parse));
    },
    baselines: () =>
      Object.fromEntries(
        [...(book.facts.get(baselineSort)?.get(feed) ?? [])].map(([key, value]) => [
          key,
          (value as Baseline).document?.rev ?? null,
        ]),
      ),
  };
}

function look(upTo: number, changedAt: number): Changes {
  const changes = noChanges();
  const record = { id: 'look-laptop', kind: 'look', state: 'seen', changedAt: new Date(changedAt).toISOString() };
  changedItems(changes, 'record', personFeed).set('look-laptop', { ...record, meta: { machine: 'laptop', upTo } });
  return changes;
}

test('the first reading of a machine changes nothing; after it the first version before each change is kept', () => {
  const device = openDevice();
  device.take(documents({ one: 'a', two: 'a' }), 10);
  assert.deepEqual(device.baselines(), {});
  device.take(documents({ one: 'b' }), 20);
  device.take(documents({ one: 'c', two: null, three: 'a' }), 30);
  assert.deepEqual(device.baselines(), { one: 'a', two: 'a', three: null });
});

test('a new snapshot of a feed keeps the baselines, and finds what changed meanwhile', () => {
  const device = openDevice();
  device.take(documents({ one: 'a', two: 'a' }), 10);
  device.take(documents({ one: 'b' }), 20);
  const items = [...(documents({ one: 'b', two: 'b' }).get('document')?.get(feed) ?? [])].map(([key, value]) => ({
    item: 'document',
    key,
    value,
  }));
  device.take(changesOfSnapshot(feed, items as never, device.facts), 30);
  assert.deepEqual(device.baselines(), { one: 'a', two: 'a' });
});

test('what was seen on any device is dropped, and nothing that came after it', () => {
  const device = openDevice();
  device.take(documents({ one: 'a', two: 'a' }), 10);
  device.take(documents({ one: 'b' }, 15), 20);
  device.take(documents({ two: 'b' }, 40), 50);
  device.take(look(15, 30), 60);
  assert.deepEqual(device.baselines(), { two: 'a' });
});

test('a file that comes with an old date after the person looked is new; one that was seen elsewhere while this device was away is not', () => {
  const live = openDevice();
  live.take(documents({ one: 'a' }, 10), 10);
  live.take(look(20, 30), 30);
  live.take(documents({ moved: 'a' }, 5), 40);
  live.take(look(20, 30), 50);
  assert.deepEqual(live.baselines(), { moved: null });
  live.take(look(20, 60), 60);
  assert.deepEqual(live.baselines(), {});

  const away = openDevice();
  away.take(documents({ one: 'a' }, 10), 10);
  away.take(documents({ one: 'b', two: 'a' }, 20), 100, true);
  away.take(documents({ three: 'a' }, 35), 100, true);
  away.take(look(20, 30), 101);
  assert.deepEqual(away.baselines(), { three: null });
});

test('a removed file is seen once the person has looked after it was heard', () => {
  const device = openDevice();
  device.take(documents({ one: 'a', two: 'a' }, 10), 10);
  device.take(documents({ one: null }), 40);
  device.take(look(10, 30), 50);
  assert.deepEqual(device.baselines(), { one: 'a' });
  device.take(look(10, 60), 60);
  assert.deepEqual(device.baselines(), {});
});

test('a baseline is dropped after as long as the relay keeps its text', () => {
  const device = openDevice();
  device.take(documents({ one: 'a' }), 0);
  device.take(documents({ one: 'b' }), 1);
  device.take(noChanges(), baselineMs);
  assert.deepEqual(device.baselines(), { one: 'a' });
  device.take(noChanges(), baselineMs + 2);
  assert.deepEqual(device.baselines(), {});
});
