/** The ladder's decisions, as a table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs, currentLadder, type Ladder, nextLadder, type Outcome, topOfLadder } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';

const now = 1_000_000;
const noHello: Outcome = { type: 'no-hello' };
const silent: Outcome = { type: 'silent' };
const recycled: Outcome = { type: 'recycled' };
const held: Outcome = { type: 'held' };
const closed = (lastedMs: number): Outcome => ({ type: 'closed', lastedMs });
const cut = (lastedMs: number): Outcome => ({ type: 'cut', lastedMs });
const polling = nextLadder(topOfLadder, noHello, now);

const table: readonly (readonly [title: string, from: Ladder, outcomes: readonly Outcome[], way: Ladder['way']])[] = [
  ['a stream whose hello does not come ends in long-polls at once', topOfLadder, [noHello], 'long-poll'],
  ['two streams that close at once are bad luck', topOfLadder, [closed(10), closed(900)], 'events'],
  ['three streams that close at once are a pattern', topOfLadder, [closed(10), closed(900), closed(0)], 'long-poll'],
  [
    'a stream that lived between them starts the count anew',
    topOfLadder,
    [closed(1), closed(1), closed(60_000), closed(1)],
    'events',
  ],
  ['so does one that was recycled', topOfLadder, [closed(1), closed(1), recycled, closed(1)], 'events'],
  ['one silence is a dead socket', topOfLadder, [silent], 'events'],
  ['two silences are a network that swallows', topOfLadder, [silent, silent], 'long-poll'],
  ['two silences with a whole life between them are not', topOfLadder, [silent, recycled, silent], 'events'],
  ['long-polls that are answered stay', polling, [held, held, held], 'long-poll'],
  ['two that are cut at once stay', polling, [cut(100), cut(4999)], 'long-poll'],
  ['three that are cut at once end in short polls', polling, [cut(100), cut(100), cut(4999)], 'short-poll'],
  ['an answer between them starts the count anew', polling, [cut(100), cut(100), held, cut(100)], 'long-poll'],
  ['being cut after a while is lived with', polling, [cut(20_000), cut(20_000), cut(20_000)], 'long-poll'],
];

for (const [title, from, outcomes, way] of table)
  test(title, () => {
    assert.equal(outcomes.reduce((ladder, outcome) => nextLadder(ladder, outcome, now), from).way, way);
  });

test('a verdict holds for 30 minutes, then the top is tried again', () => {
  assert.equal(currentLadder(polling, now + limits.ladderVerdictMs - 1), polling);
  assert.equal(currentLadder(polling, now + limits.ladderVerdictMs), topOfLadder);
});

test('a network that cuts long-polls after a while is asked for shorter ones, and slowly for longer ones again', () => {
  const shorter = nextLadder(polling, cut(20_000), now);
  assert.equal(shorter.holdMs, 16_000);
  const longer = nextLadder(shorter, held, now);
  assert.ok(longer.holdMs > 16_000 && longer.holdMs < 18_000);
  assert.equal(nextLadder(polling, cut(5001), now).holdMs, limits.holdMsMin);
});

test('waiting grows with every failure up to a ceiling, at random, and never undercuts what the relay asks for', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 50].map((failures) => backoffMs(failures, 0, 1)),
    [1000, 2000, 4000, 8000, 15_000],
  );
  assert.equal(backoffMs(3, 0, 0.5), 2000);
  assert.equal(backoffMs(1, 7000, 0.5), 7000);
});
