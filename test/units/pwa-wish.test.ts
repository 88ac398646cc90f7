/** The rules of a wish. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import {
  afterWord,
  covers,
  outlivesReload,
  predecessorOf,
  resumptionOf,
  revAfter,
  type WishKept,
} from '../../pwa/state/wishes/wish.ts';

const now = Date.UTC(2026, 10, 20);
const rev = (letter: string) => letter.repeat(64);
const optimistic: Document = {
  project: 'project-one',
  path: 'specs/001/README.md',
  kind: 'spec',
  rev: rev('a'),
  size: 1,
  mtime: 1,
  meta: { status: 'complete' },
  body: 'held',
};

function wishOf(more: Partial<WishKept> = {}): WishKept {
  return {
    id: 'wish-one',
    machine: 'machine-one',
    kind: 'spec-metadata-update',
    args: { project: 'project-one', spec: '001', status: 'complete' },
    ifRev: rev('a'),
    seenRev: rev('a'),
    coveredRev: rev('a'),
    state: 'sending',
    sentAt: now,
    whenOffline: 'refuse',
    maybeTaken: false,
    receipts: 0,
    endedAt: undefined,
    optimistic,
    ...more,
  };
}

function wordOf(state: CommandSummary['state'], receipts: number): CommandSummary {
  return {
    id: 'wish-one',
    machine: 'machine-one',
    kind: 'spec-metadata-update',
    about: {},
    state,
    by: { person: 'person-one', name: 'Ada', via: 'session' },
    createdAt: '',
    expiresAt: '',
    receipts: Array.from({ length: receipts }, () => ({ state, at: '' })),
  };
}

test('a wish covers its document while it is under way, whatever else happens to the file', () => {
  for (const state of ['sending', 'queued', 'delivered'] as const)
    for (const base of [optimistic, { ...optimistic, rev: rev('b') }, undefined])
      assert.ok(covers(wishOf({ state }), base, now), state);
});

test('a done wish covers it until the file is seen to have changed, or five seconds have passed', () => {
  const done = wishOf({ state: 'done', endedAt: now, ifRev: rev('b') });
  assert.ok(covers(done, optimistic, now + 1000));
  assert.ok(covers(done, { ...optimistic, rev: rev('b') }, now + 1000));
  assert.ok(!covers(done, { ...optimistic, rev: rev('c') }, now + 1000));
  assert.ok(!covers(done, optimistic, now + limits.optimisticMs));
});

test('a wish that did not come true covers nothing any more', () => {
  for (const state of [
    'failed',
    'conflict',
    'refused',
    'expired',
    'cancelled',
    'interrupted',
    'unknown',
    'unsent',
  ] as const)
    assert.ok(!covers(wishOf({ state, endedAt: now }), optimistic, now), state);
});

test('a wish follows the newest earlier one on the same version of the same file, also just after that is done', () => {
  const second = wishOf({ id: 'wish-two' });
  const sending = wishOf();
  assert.equal(predecessorOf(second, [sending], now), sending);
  const done = wishOf({ state: 'done', endedAt: now, result: { rev: rev('b') } });
  assert.equal(predecessorOf(second, [done], now + 1000), done);
  assert.equal(revAfter(done), rev('b'));
  assert.equal(predecessorOf(second, [done], now + 60_000), undefined);
  assert.equal(predecessorOf(second, [wishOf({ state: 'failed' })], now), undefined);
});

test('it follows none on another version, another file or another machine', () => {
  const second = wishOf({ id: 'wish-two' });
  const others = [
    wishOf({ seenRev: rev('b') }),
    wishOf({ optimistic: { ...optimistic, path: 'specs/002/README.md' } }),
    wishOf({ machine: 'machine-two' }),
  ];
  assert.equal(predecessorOf(second, others, now), undefined);
});

test('a whole new text never goes on from a version that its author has not seen', () => {
  const text = wishOf({ id: 'wish-two', kind: 'spec-document-write', args: { content: '# Anew' } });
  assert.equal(predecessorOf(text, [wishOf()], now), undefined);
  const edits = wishOf({ id: 'wish-three', kind: 'spec-document-write', args: { edits: [] } });
  assert.equal(predecessorOf(edits, [wishOf()], now), undefined, 'its places are those of the text that was opened');
});

test('after a reload what was on its way is sent again, what is too old for that is looked up, what ended is left', () => {
  assert.equal(resumptionOf(wishOf(), now + 1000), 'send');
  assert.equal(resumptionOf(wishOf(), now + limits.commandExpiryMs), 'look');
  assert.equal(resumptionOf(wishOf({ whenOffline: 'queue' }), now + 3_600_000), 'send');
  assert.equal(resumptionOf(wishOf({ state: 'delivered' }), now), 'look');
  assert.equal(resumptionOf(wishOf({ state: 'unsent', maybeTaken: true }), now), 'look');
  assert.equal(resumptionOf(wishOf({ state: 'unsent' }), now), 'nothing');
  assert.equal(resumptionOf(wishOf({ state: 'conflict' }), now), 'nothing');
});

test('what went well is not shown again after a reload; what a person has to decide is', () => {
  assert.ok(!outlivesReload(wishOf({ state: 'done', endedAt: now }), now));
  assert.ok(outlivesReload(wishOf({ state: 'conflict', endedAt: now }), now));
  assert.ok(outlivesReload(wishOf({ state: 'unsent', endedAt: now }), now));
  assert.ok(!outlivesReload(wishOf({ state: 'conflict', endedAt: now }), now + limits.commandExpiryMsMax));
});

test('older news of a command does not take a receipt back', () => {
  const delivered = afterWord(wishOf(), wordOf('delivered', 2), now);
  assert.equal(afterWord(delivered, wordOf('queued', 1), now), delivered);
  assert.equal(afterWord(delivered, wordOf('done', 3), now).state, 'done');
  assert.equal(afterWord(delivered, wordOf('queued', 3), now).state, 'queued');
});

test('a late result replaces an unknown end', () => {
  const unknown = afterWord(wishOf(), wordOf('unknown', 3), now);
  assert.equal(unknown.endedAt, now);
  assert.equal(afterWord(unknown, wordOf('done', 4), now + 5).state, 'done');
});
