/** Which kept text a person is shown the changes since. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastDecided, type SnapshotListed } from '#contract/approvals/snapshots.ts';

/** A kept text: its rev is the letter that it is called by. */
function kept(version: number, trigger: string, approvalId: string, rev: string): SnapshotListed {
  const path = `snapshot-00${version}.json`;
  return { version, trigger, approvalId, rev, path, timestamp: '', approvalTitle: '', size: 1, lines: 1 };
}

const approved = kept(1, 'approved', 'one', 'a');
const asked = kept(2, 'initial', 'two', 'b');
const sentBack = kept(3, 'revision_requested', 'two', 'b');
const byHand = kept(4, 'manual', 'three', 'c');
const all = [approved, asked, sentBack, byHand];

test('changes are shown since the newest text that was approved or sent back, whatever was kept for other reasons', () => {
  const of = (items: readonly SnapshotListed[]) => lastDecided(items, { approval: 'three', fileRev: 'c' })?.version;
  assert.equal(of(all), 3);
  assert.equal(of([approved, asked, byHand]), 1);
  assert.equal(of([asked, byHand]), undefined);
});

test('a decided request, or one that was taken back, shows what it was about and not that nothing has changed', () => {
  assert.equal(lastDecided(all, { approval: 'two', fileRev: 'b' })?.version, 1);
  // The same request with another text: it was sent back, and waits again.
  assert.equal(lastDecided(all, { approval: 'two', fileRev: 'd' })?.version, 3);
});
