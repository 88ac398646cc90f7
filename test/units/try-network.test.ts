/** How the relay counts the requests by which a machine tries its network. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createArrivals } from '../../api/routes/try-network.ts';

test('requests of one number are counted, each machine by itself, and another number begins anew', () => {
  const arrivals = createArrivals(() => 0);
  assert.deepEqual(
    ['a', 'a', 'b', 'a'].map((number) => arrivals.count('m1', number)),
    [1, 2, 1, 1],
  );
  assert.equal(arrivals.count('m2', 'a'), 1);
  assert.equal(arrivals.count('m1', 'a'), 2);
});

test('what is older than a minute is forgotten, so that machines do not pile up', () => {
  let now = 0;
  const arrivals = createArrivals(() => now);
  for (let at = 0; at < 1000; at++) {
    now = at * 1000;
    arrivals.count(`m${at}`, 'a');
  }
  assert.equal(arrivals.machines(), 60);
  now += 60_000;
  assert.equal(arrivals.count('m999', 'a'), 1);
  assert.equal(arrivals.machines(), 1);
});

test('a machine that goes on trying keeps no older one alive', () => {
  let now = 0;
  const arrivals = createArrivals(() => now);
  for (const [at, machine] of [
    [0, 'm1'],
    [10_000, 'm2'],
    [50_000, 'm1'],
    [75_000, 'm3'],
  ] as const) {
    now = at;
    arrivals.count(machine, 'a');
  }
  assert.equal(arrivals.machines(), 2);
  assert.equal(arrivals.count('m1', 'a'), 3);
});
