/** How long a poll asks to be held, and the relay's clock. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createRelayClock } from '../../bridge/sync/clock.ts';
import { afterCut, afterFullHold, isCutHold, nextHoldMs, nothingLearned } from '../../bridge/sync/hold.ts';
import { createNetworkMemory } from '../../bridge/sync/network-memory.ts';
import { hasSlept } from '../../bridge/sync/wake.ts';

test('a hold is what the relay wishes, less a random part, within 5 s and 50 s', () => {
  assert.equal(
    nextHoldMs(nothingLearned, 25_000, () => 0),
    25_000,
  );
  assert.equal(
    nextHoldMs(nothingLearned, 25_000, () => 1),
    25_000 - limits.holdJitterMs,
  );
  assert.equal(
    nextHoldMs(nothingLearned, 900_000, () => 0),
    limits.holdMsMax,
  );
  assert.equal(
    nextHoldMs(nothingLearned, 0, () => 1),
    limits.holdMsMin,
  );
  assert.equal(
    nextHoldMs(nothingLearned, Number.NEGATIVE_INFINITY, () => 1),
    limits.holdMsMin,
  );
});

test('a network that cuts at t is asked for 0.8 t, but never less than 5 s', () => {
  assert.equal(
    nextHoldMs(afterCut(nothingLearned, 20_000), 25_000, () => 0),
    16_000,
  );
  assert.equal(
    nextHoldMs(afterCut(nothingLearned, 3000), 25_000, () => 0),
    limits.holdMsMin,
  );
});

test('a cut never raises what was learned before', () => {
  const short = afterCut(nothingLearned, 10_000);
  assert.deepEqual(afterCut(short, 40_000), short);
});

test('what bears is raised slowly, and forgotten beyond 50 s', () => {
  let learned = afterCut(nothingLearned, 20_000);
  for (let n = 0; n < 10; n++) learned = afterFullHold(learned, learned.bearableMs);
  assert.ok(learned.bearableMs > 19_000 && learned.bearableMs < 20_000, String(learned.bearableMs));
  for (let n = 0; n < 100; n++) learned = afterFullHold(learned, learned.bearableMs);
  assert.deepEqual(learned, nothingLearned);
  const bearing = afterCut(nothingLearned, 40_000);
  assert.deepEqual(afterFullHold(bearing, 10_000), bearing, 'a short hold proves nothing');
});

test('what fails at once was not cut for its length', () => {
  assert.equal(isCutHold(50, 25_000), false);
  assert.equal(isCutHold(6000, 25_000), true);
  assert.equal(isCutHold(25_000 + limits.holdGraceMs, 25_000), true);
  assert.equal(isCutHold(90_000, 25_000), false);
});

test('each network is remembered by itself', () => {
  let network = 'home';
  const memory = createNetworkMemory(nothingLearned, () => network);
  memory.learn({ bearableMs: 9000 });
  network = 'office';
  assert.deepEqual(memory.recall(), nothingLearned);
  network = 'home';
  assert.deepEqual(memory.recall(), { bearableMs: 9000 });
});

test("the relay's clock goes by the later of both clocks here, so that neither a sleep nor a clock set back makes the old young", () => {
  let wall = 1000;
  let monotonic = 50;
  const clock = createRelayClock(
    () => undefined,
    () => wall,
    () => monotonic,
  );
  clock.set({ now: 500_000 });
  wall += 10;
  monotonic += 10;
  assert.equal(clock.now(), 500_010);
  wall += 60_000;
  assert.equal(clock.now(), 560_010, 'asleep: only the wall clock went on');
  wall -= 3_600_000;
  monotonic += 60_000;
  assert.equal(clock.now(), 560_010, 'set back: only the monotonic one went on');
});

test('a tick that comes more than 6 s late says that the machine slept', () => {
  assert.equal(hasSlept(limits.tickMs), false);
  assert.equal(hasSlept(limits.tickMs + limits.tickLateMs), false);
  assert.equal(hasSlept(limits.tickMs + limits.tickLateMs + 1), true);
});
