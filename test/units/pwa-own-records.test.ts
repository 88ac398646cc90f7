/** What a person keeps for themselves on this device is not lost: not while they are signed out, and not where two devices did the same at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import type { Api } from '../../pwa/api.ts';
import { markOf, marksOf, unmarkNotice } from '../../pwa/features/inbox/marks.ts';
import { Refusal } from '../../pwa/refusal.ts';
import type { App, AppState } from '../../pwa/state/app-state.ts';
import { createOwnRecords } from '../../pwa/state/wishes/own-records.ts';

const look = { id: 'look-inbox', kind: 'look', state: 'seen', meta: { upTo: 1 } };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A book whose relay answers as `answer` says. */
function openBook(answer: () => Promise<unknown>) {
  const kept = new Map<string, object>();
  const book = createOwnRecords({
    api: { call: answer } as unknown as Api,
    facts: new Map(),
    keep: (wish) => void kept.set(wish.id, wish),
    forget: (id) => void kept.delete(id),
    show: () => {},
  });
  return { book, kept };
}

test('a mark that meets a browser without its session waits until the person is signed in again', async () => {
  for (const code of ['session-ended', 'key-missing'] as const) {
    let isSignedIn = false;
    let sent = 0;
    const { book, kept } = openBook(async () => {
      if (!isSignedIn) throw new Refusal(new Problem(code).toJson());
      sent += 1;
      return { rev: '0' };
    });
    book.put(look);
    await turn();
    assert.deepEqual([...kept.keys()], [look.id], code);
    isSignedIn = true;
    book.back();
    await turn();
    assert.equal(sent, 1, code);
    book.clear();
  }
});

test('a notice that two devices dismissed at the same time is back when it is brought back once', () => {
  const notice = {
    topic: 'approval',
    title: 'Wanted',
    link: { feed: 'o', item: 'x', key: 'x' },
    since: '2026-11-20T00:00:00.000Z',
  };
  const mark = (id: string, changedAt: string) => ({
    id,
    kind: 'mark',
    state: 'dismissed',
    changedAt,
    meta: { notice: 'key', since: notice.since },
  });
  const own: Record<string, object> = {
    one: mark('one', '2026-11-21T00:00:00.000Z'),
    two: mark('two', '2026-11-20T00:00:00.000Z'),
  };
  const state = { items: { record: { p: own } } } as unknown as AppState;
  assert.equal(markOf(marksOf(state), 'key', notice, 0)?.id, 'one');
  unmarkNotice({ state, dropRecord: (id: string) => void delete own[id] } as Pick<App, 'state' | 'dropRecord'>, 'key');
  assert.equal(markOf(marksOf(state), 'key', notice, 0), undefined);
});
