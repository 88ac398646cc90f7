/** From what feeds tell to facts: one reducer for every sort of item. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document-key.ts';
import type { ItemChange } from '#contract/feed.ts';
import { feedOfMachine } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { defaultPolicy, type Machine } from '#contract/machine.ts';
import { type Changes, createFacts, eachChange, type FactsBook } from '../../pwa/state/facts/facts.ts';
import { changesOfLeaving, changesOfReplacement, changesOfSnapshot, reduce } from '../../pwa/state/facts/reduce.ts';
import { documentFacts, factsOf } from '../../pwa/state/facts/sorts.ts';
import { keptMachines } from '../../pwa/state/replica/kept-machines.ts';
import { changesOfForgetting } from '../../pwa/state/replica/remembered-commands.ts';
import { asBlock, parseBlock, parseControl } from '../../pwa/state/stream/parse.ts';

const machine = 'machine-one';
const feed = feedOfMachine(machine);
const at = '2026-11-20T10:00:00.000Z';
const first = documentOf('specs/001/README.md', 'a');

function documentOf(path: string, rev: string, more: Partial<Document> = {}): Document {
  return {
    project: 'project-one',
    path,
    kind: 'spec',
    rev: rev.repeat(64),
    size: 1,
    mtime: 1,
    meta: { status: 'planned' },
    body: 'held',
    ...more,
  };
}

function machineOf(id: string): Machine {
  return {
    id,
    name: id,
    status: 'online',
    statusSince: at,
    createdAt: at,
    projects: [],
    kinds: [],
    policy: defaultPolicy,
  };
}

function commandOf(id: string, state: CommandSummary['state'], createdAt = at): CommandSummary {
  const by = { person: 'person-one', name: 'Ada', via: 'session' as const };
  return { id, machine, kind: 'spec-archive', about: {}, state, by, createdAt, expiresAt: at, receipts: [] };
}

const put = (document: Document): ItemChange => ({
  op: 'put',
  item: 'document',
  key: documentKey(document),
  at,
  value: document,
});
const putCommand = (command: CommandSummary): ItemChange => ({
  op: 'put',
  item: 'command',
  key: command.id,
  at,
  value: command,
});
const keyOf = (path: string) => documentKey({ project: 'project-one', path });

function bookAfter(changes: readonly ItemChange[], book: FactsBook = createFacts()): FactsBook {
  for (const change of changes) book.apply(reduce(feed, [change]));
  return book;
}

const story: readonly ItemChange[] = [
  put({ ...first, body: 'pending' }),
  put(first),
  put(documentOf('specs/002/README.md', 'b')),
  {
    op: 'move',
    item: 'document',
    key: keyOf('specs/archived/002/README.md'),
    from: keyOf('specs/002/README.md'),
    at,
    value: documentOf('specs/archived/002/README.md', 'b'),
  },
  putCommand(commandOf('command-one', 'queued')),
  putCommand(commandOf('command-one', 'done')),
  put(documentOf('specs/003/README.md', 'c')),
  { op: 'delete', item: 'document', key: keyOf('specs/003/README.md'), at },
];

test('events add up to what the machine has', () => {
  const { facts } = bookAfter(story);
  assert.deepEqual(
    [...documentFacts(facts, machine).values()].map(({ path, body }) => [path, body]),
    [
      ['specs/001/README.md', 'held'],
      ['specs/archived/002/README.md', 'held'],
    ],
  );
  assert.equal(factsOf(facts, 'command', feed).get('command-one')?.state, 'done');
});

test('hearing all of it again changes nothing', () => {
  assert.deepEqual(bookAfter(story, bookAfter(story)).facts, bookAfter(story).facts);
});

test('a sort of item that this app does not know is kept like any other, in its own feed alone', () => {
  const told: ItemChange = { op: 'put', item: 'terminal', key: 'one', at, value: { title: 'npm test' } };
  const { facts } = bookAfter([...story, told]);
  assert.deepEqual(facts.get('terminal')?.get(feed)?.get('one'), { title: 'npm test' });
  assert.deepEqual([...(facts.get('terminal')?.keys() ?? [])], [feed]);
  const gone = bookAfter([{ op: 'delete', item: 'terminal', key: 'one', at }], bookAfter([...story, told]));
  assert.equal(gone.facts.get('terminal')?.get(feed), undefined);
});

test('a snapshot replaces what is known of its feed, touches what is the same not at all, and leaves other feeds alone', () => {
  const book = bookAfter(story);
  book.apply(reduce(feedOfMachine('machine-two'), [put(first)]));
  const fresh = documentOf('specs/004/README.md', 'd');
  const items = [first, fresh].map((value) => ({ item: 'document', key: documentKey(value), value }));
  const changes = changesOfSnapshot(feed, items, book.facts);
  assert.deepEqual(
    [...eachChange(changes)].map(([sort, of, key, value]) => [sort, of, key.split('\n')[1] ?? key, value !== null]),
    [
      ['document', feed, 'specs/archived/002/README.md', false],
      ['document', feed, 'specs/004/README.md', true],
      ['command', feed, 'command-one', false],
    ],
  );
  book.apply(changes);
  assert.equal(factsOf(book.facts, 'command', feed).size, 0);
  assert.equal(documentFacts(book.facts, 'machine-two').size, 1);
});

test('a feed that is left takes all of its items along', () => {
  const book = bookAfter(story);
  book.apply(changesOfLeaving(feed, book.facts));
  assert.deepEqual(
    [...book.facts.values()].map(({ size }) => size),
    [0, 0],
  );
});

test('what another tab has kept replaces what is known, also by absence', () => {
  const here = bookAfter(story);
  const there = bookAfter(story.slice(0, 3));
  const all: Changes = new Map([['document', new Map([[feed, new Map(documentFacts(there.facts, machine))]])]]);
  here.apply(changesOfReplacement(all, here.facts));
  assert.deepEqual(documentFacts(here.facts, machine), documentFacts(there.facts, machine));
  assert.equal(factsOf(here.facts, 'command', feed).size, 0);
});

test('of the settled commands the newest are remembered, and the live ones always', () => {
  const settled = Array.from({ length: limits.commandsRememberedMax + 5 }, (_, index) =>
    commandOf(`settled-${index}`, 'done', new Date(index * 1000).toISOString()),
  );
  const live = commandOf('live-command', 'queued', '1970-01-01T00:00:00.000Z');
  const { facts } = bookAfter([live, ...settled].map(putCommand));
  const changes = changesOfForgetting(reduce(feed, [putCommand(live)]), facts);
  assert.deepEqual([...eachChange(changes)].map(([, , key]) => key).sort(), [
    'settled-0',
    'settled-1',
    'settled-2',
    'settled-3',
    'settled-4',
  ]);
});

test('what is no change of this protocol is not taken for one, and a value that is none of its sort is passed by', () => {
  const strange = [
    'not json',
    '{}',
    'null',
    '[1, null, {"op":"put"}, {"op":"burn","item":"document","key":"k"}]',
    '[{"op":"move","item":"document","key":"k","value":{}}]',
    '[{"op":"put","item":"__proto__","key":"k","value":{}},{"op":"put","item":"document","key":"__proto__","value":{}}]',
  ];
  for (const data of strange) assert.deepEqual(parseBlock('o:g.1', data)?.changes, [], data);
  for (const id of ['', 'o', ':g.1', '__proto__:g.1']) assert.equal(parseBlock(id, '[]'), undefined, id);
  assert.deepEqual(parseBlock('m.one:g-1.12', JSON.stringify(story)), asBlock('m.one', 'g-1.12', story));
  assert.deepEqual(asBlock('m.one', 'g-1.12', story)?.changes, story);
  const unfit: ItemChange[] = [
    { op: 'put', item: 'document', key: 'k', at, value: { project: 1 } },
    { op: 'put', item: 'machine', key: 'a', at, value: machineOf('b') },
    { op: 'put', item: 'command', key: 'k', at, value: null },
  ];
  assert.deepEqual([...eachChange(reduce('o', unfit))], []);
  assert.equal(parseControl('{"p":"another/1","type":"hello","handle":"h"}'), undefined);
  assert.equal(parseControl('not json'), undefined);
});

test('a small organisation is kept whole; of a large one what was opened lately or is marked, the last opened first', () => {
  const now = Date.parse(at);
  const few = Array.from({ length: limits.machinesKeptMax }, (_, index) => `machine-${index}`);
  assert.deepEqual(keptMachines(few, {}, now), few);
  const visits = {
    'machine-7': { openedAt: now - 1000 },
    'machine-3': { openedAt: now - 2000 },
    'machine-4': { openedAt: now - limits.machineFollowedMs - 1 },
    'machine-5': { marked: true },
    gone: { openedAt: now },
  };
  assert.deepEqual(keptMachines([...few, 'one-more'], visits, now), ['machine-7', 'machine-3', 'machine-5']);
});
