/** What changed since somebody last looked. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '#contract/document.ts';
import { feedOfMachine, personFeed } from '#contract/feed-name.ts';
import { changedSinceLooked, newestChanges } from '../../pwa/features/inbox/since-looked.ts';
import type { AppState } from '../../pwa/state/app-state.ts';
import { emptyState } from '../../pwa/state/facts/shown.ts';

const [laptop, desktop] = ['machine-one', 'machine-two'];

function documentOf(path: string, mtime: number): Document {
  const spec = path.split('/')[1] ?? '';
  return {
    project: 'project-one',
    path,
    spec,
    kind: 'spec',
    rev: 'a'.repeat(64),
    size: 1,
    mtime,
    meta: {},
    body: 'held',
  };
}

function stateWith(seenUpTo: Readonly<Record<string, number>>): AppState {
  const looks = Object.entries(seenUpTo).map(([machine, upTo]) => {
    const id = `look-${machine}`;
    return [id, { id, kind: 'look', state: 'seen', changedAt: new Date(0).toISOString(), meta: { machine, upTo } }];
  });
  const documents = (all: readonly Document[]) => Object.fromEntries(all.map((document) => [document.path, document]));
  return {
    ...emptyState(),
    items: {
      document: {
        [feedOfMachine(laptop)]: documents([
          documentOf('specs/001-one/README.md', 10),
          documentOf('specs/001-one/tasks.md', 30),
          documentOf('specs/002-two/README.md', 20),
          documentOf('specs/003-three/README.md', 5),
        ]),
        [feedOfMachine(desktop)]: documents([documentOf('specs/001-one/README.md', 1000)]),
      },
      record: { [personFeed]: Object.fromEntries(looks) },
    },
  };
}

test('what changed is listed spec by spec, newest first, by the clock of each machine', () => {
  const listed = changedSinceLooked(stateWith({ [laptop]: 5, [desktop]: 1000 }));
  assert.deepEqual(
    listed.map(({ machine, item, documents }) => [machine, item, documents.map(({ after }) => after?.path)]),
    [
      [laptop, 'specs/001-one', ['specs/001-one/tasks.md', 'specs/001-one/README.md']],
      [laptop, 'specs/002-two', ['specs/002-two/README.md']],
    ],
  );
});

test('a machine that nobody has looked at has nothing new, and once all was seen nothing has', () => {
  assert.deepEqual(changedSinceLooked(stateWith({})), []);
  const seen = newestChanges(stateWith({}), [laptop, desktop]);
  assert.deepEqual(
    [...seen],
    [
      [laptop, 30],
      [desktop, 1000],
    ],
  );
  assert.deepEqual(changedSinceLooked(stateWith(Object.fromEntries(seen))), []);
});

test('a file that is dated years ahead, once seen, hides no change that comes after it', () => {
  const state = stateWith({ [laptop]: 5 });
  const year = 365 * 24 * 60 * 60_000;
  const documents = state.items.document?.[feedOfMachine(laptop)] as Record<string, Document>;
  documents.future = documentOf('specs/009-future/README.md', Date.now() + year);
  assert.equal(newestChanges(state, [laptop]).get(laptop), 30);
  assert.equal(changedSinceLooked(state).length, 2);
});
