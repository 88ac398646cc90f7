/** The store that the screens read: one change redraws one thing, a thousand are quick. Runs under `--conditions=browser`. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRenderEffect, createRoot } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import { feedOfMachine } from '#contract/feed-name.ts';
import { type Changes, changedItems, createFacts, noChanges } from '../../pwa/state/facts/facts.ts';
import { createShown, emptyState } from '../../pwa/state/facts/shown.ts';
import { documentFacts, documentsOf, machinesWithDocuments } from '../../pwa/state/facts/sorts.ts';

const machine = 'machine-one';
const feed = feedOfMachine(machine);

function documentOf(key: string, status: string, rev = 'a'): Document {
  return {
    project: 'project-one',
    path: key,
    kind: 'spec',
    rev: rev.repeat(64),
    size: 1,
    mtime: 1,
    meta: { status, tags: ['one'] },
    body: 'held',
  };
}

function changesOf(documents: Readonly<Record<string, Document | null>>): Changes {
  const changes = noChanges();
  for (const [key, document] of Object.entries(documents)) changedItems(changes, 'document', feed).set(key, document);
  return changes;
}

function openShown() {
  const { facts, apply } = createFacts();
  const covers = new Map<string, Document>();
  const [state, setState] = createStore(emptyState());
  const shown = createShown(setState, facts, (_sort, _feed, key) => covers.get(key));
  const show = (changes: Changes) => {
    apply(changes);
    shown.changes(changes);
  };
  return { facts, covers, state, shown, show };
}

test('a changed document redraws what shows it and nothing else, and stays the same object', () => {
  const { state, show } = openShown();
  show(changesOf({ a: documentOf('a', 'planned'), b: documentOf('b', 'planned') }));
  const drawn: string[] = [];
  const dispose = createRoot((end) => {
    for (const key of ['a', 'b'])
      createRenderEffect(() => drawn.push(`${key} ${documentsOf(state, machine)[key]?.meta.status}`));
    return end;
  });
  const before = documentsOf(state, machine).a;
  show(changesOf({ a: documentOf('a', 'complete', 'b') }));
  assert.equal(documentsOf(state, machine).a, before);
  dispose();
  assert.deepEqual(drawn, ['a planned', 'b planned', 'a complete']);
});

test('what is wished over a document is shown and taken back, and the facts never change by it', () => {
  const { facts, covers, state, shown, show } = openShown();
  show(changesOf({ a: documentOf('a', 'planned') }));
  covers.set('a', documentOf('a', 'complete'));
  shown.item('document', feed, 'a');
  assert.equal(documentsOf(state, machine).a?.meta.status, 'complete');
  assert.equal(documentFacts(facts, machine).get('a')?.meta.status, 'planned');
  show(changesOf({ a: documentOf('a', 'in-progress', 'b') }));
  assert.equal(documentsOf(state, machine).a?.meta.status, 'complete');
  covers.clear();
  shown.item('document', feed, 'a');
  assert.equal(documentsOf(state, machine).a?.meta.status, 'in-progress');
});

test('a document that is gone is gone, and with the last of a machine the machine’s place', () => {
  const { state, show } = openShown();
  show(changesOf({ a: documentOf('a', 'planned'), b: documentOf('b', 'planned') }));
  show(changesOf({ a: null }));
  assert.deepEqual(Object.keys(documentsOf(state, machine)), ['b']);
  show(changesOf({ b: null }));
  assert.deepEqual(machinesWithDocuments(state), []);
});

test('names that mean something to JavaScript are names like any other', () => {
  const { state, show } = openShown();
  show(changesOf({ constructor: documentOf('constructor', 'planned'), toString: documentOf('toString', 'planned') }));
  assert.deepEqual(Object.keys(documentsOf(state, machine)).sort(), ['constructor', 'toString']);
  assert.equal(state.items.hasOwnProperty, undefined);
});

test('ten times as many documents cost about ten times as much to show, first and again', () => {
  const show = (count: number) => {
    const { state, show: take } = openShown();
    const startedAt = performance.now();
    for (const status of ['planned', 'complete'])
      take(
        changesOf(
          Object.fromEntries(
            Array.from({ length: count }, (_, index) => [
              `specs/${index}`,
              documentOf(`specs/${index}`, status, status),
            ]),
          ),
        ),
      );
    return { state, ms: performance.now() - startedAt };
  };
  // In pairs, and the best of five: other tests share the processor.
  const pairs = [1, 2, 3, 4, 5].map(() => ({ few: show(170), many: show(1700) }));
  const documents = Object.values(pairs[0] === undefined ? {} : documentsOf(pairs[0].many.state, machine));
  assert.equal(documents.filter(({ meta }) => meta.status === 'complete').length, 1700);
  const ratio = Math.min(...pairs.map(({ few, many }) => many.ms / few.ms));
  assert.ok(ratio < 40, `${ratio.toFixed(1)} times; a hundred would be quadratic`);
});
