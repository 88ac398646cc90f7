/** From events to facts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandSummary } from '#contract/command.ts';
import { type Document, documentKey } from '#contract/document.ts';
import type { Event } from '#contract/event.ts';
import { limits } from '#contract/limits.ts';
import { defaultPolicy, type Machine } from '#contract/machine.ts';
import { createFacts, type FactsHeld, isEmpty } from '../../pwa/state/facts.ts';
import { asEvent, parseControl, parseEvent } from '../../pwa/state/parse.ts';
import {
  changesOfEvent,
  changesOfForgetting,
  changesOfMachines,
  changesOfReplacement,
  changesOfSnapshot,
} from '../../pwa/state/reduce.ts';

const machine = 'machine-one';
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

function machineOf(id: string, more: Partial<Machine> = {}): Machine {
  return {
    id,
    name: id,
    status: 'online',
    statusSince: at,
    createdAt: at,
    projects: [],
    kinds: [],
    policy: defaultPolicy,
    ...more,
  };
}

function commandOf(id: string, state: CommandSummary['state'], createdAt = at): CommandSummary {
  const by = { person: 'person-one', name: 'Ada', via: 'session' as const };
  return { id, machine, kind: 'file-read', about: {}, state, by, createdAt, expiresAt: at, receipts: [] };
}

function factsAfter(events: readonly Event[], facts: FactsHeld = createFacts()): FactsHeld {
  for (const event of events) facts.apply(changesOfEvent(event, facts));
  return facts;
}

function plain({ machines, documents, commands }: FactsHeld) {
  return { machines, documents, commands };
}

const story: readonly Event[] = [
  { type: 'machine-changed', machine, at, record: machineOf(machine) },
  { type: 'document-put', machine, at, document: { ...first, body: 'pending' } },
  { type: 'body-held', machine, at, project: first.project, path: first.path, rev: first.rev },
  { type: 'document-put', machine, at, document: documentOf('specs/002/README.md', 'b') },
  {
    type: 'document-moved',
    machine,
    at,
    project: 'project-one',
    from: 'specs/002/README.md',
    document: documentOf('specs/archived/002/README.md', 'b'),
  },
  { type: 'command-changed', machine, at, command: commandOf('command-one', 'queued') },
  { type: 'command-changed', machine, at, command: commandOf('command-one', 'done') },
  { type: 'document-put', machine, at, document: documentOf('specs/003/README.md', 'c') },
  { type: 'document-deleted', machine, at, project: 'project-one', path: 'specs/003/README.md' },
];

test('events add up to what the machine has', () => {
  const facts = factsAfter(story);
  assert.deepEqual(
    [...(facts.documents.get(machine)?.values() ?? [])].map(({ path, body }) => [path, body]),
    [
      ['specs/001/README.md', 'held'],
      ['specs/archived/002/README.md', 'held'],
    ],
  );
  assert.equal(facts.commands.get('command-one')?.state, 'done');
});

test('hearing all of it again changes nothing', () => {
  assert.deepEqual(plain(factsAfter(story, factsAfter(story))), plain(factsAfter(story)));
});

test('a body that arrives for an older version does not make the newer one held', () => {
  const facts = factsAfter([
    { type: 'document-put', machine, at, document: documentOf('a.md', 'b', { body: 'pending' }) },
    { type: 'body-held', machine, at, project: 'project-one', path: 'a.md', rev: 'a'.repeat(64) },
  ]);
  assert.equal(
    facts.documents.get(machine)?.get(documentKey({ project: 'project-one', path: 'a.md' }))?.body,
    'pending',
  );
});

test('a machine that is removed takes its documents and commands along', () => {
  const facts = factsAfter([...story, { type: 'machine-removed', machine, at }]);
  assert.deepEqual([facts.machines.size, facts.documents.size, facts.commands.size], [0, 0, 0]);
});

test('a snapshot replaces what is known of its machine, touches what is the same not at all, and leaves other machines alone', () => {
  const facts = factsAfter([...story, { type: 'document-put', machine: 'machine-two', at, document: first }]);
  const fresh = documentOf('specs/004/README.md', 'd');
  const changes = changesOfSnapshot(
    { machine: machineOf(machine), documents: [first, fresh], commands: [] },
    [],
    facts,
  );
  assert.deepEqual(
    [...(changes.documents.get(machine) ?? [])].map(([key, value]) => [key.split('\n')[1], value?.rev ?? null]),
    [
      ['specs/archived/002/README.md', null],
      ['specs/004/README.md', fresh.rev],
    ],
  );
  facts.apply(changes);
  assert.equal(facts.commands.size, 0);
  assert.equal(facts.documents.get('machine-two')?.size, 1);
});

test('a list of machines removes those that it lacks', () => {
  const facts = factsAfter(story);
  facts.apply(changesOfMachines([machineOf('machine-two')], facts));
  assert.deepEqual([...facts.machines.keys()], ['machine-two']);
  assert.equal(facts.documents.size, 0);
});

test('what another tab has kept replaces what is known, also by absence', () => {
  const here = factsAfter(story);
  const there = factsAfter(story.slice(0, 3));
  const all = changesOfReplacement(
    {
      machines: new Map(there.machines),
      commands: new Map(),
      documents: new Map([[machine, new Map(there.documents.get(machine))]]),
    },
    here,
  );
  here.apply(all);
  assert.deepEqual(plain(here), plain(there));
});

test('of the settled commands the newest are remembered, and the live ones always', () => {
  const facts = createFacts();
  const settled = Array.from({ length: limits.commandsRememberedMax + 5 }, (_, index) =>
    commandOf(`settled-${index}`, 'done', new Date(index * 1000).toISOString()),
  );
  for (const command of [commandOf('live-command', 'queued', '1970-01-01T00:00:00.000Z'), ...settled])
    facts.apply(changesOfEvent({ type: 'command-changed', machine, at, command }, facts));
  const { commands } = changesOfForgetting(facts);
  assert.deepEqual([...commands.keys()].sort(), ['settled-0', 'settled-1', 'settled-2', 'settled-3', 'settled-4']);
});

test('what is no event of this protocol is not taken for one', () => {
  const strange = [
    'not json',
    '[]',
    'null',
    '{"type":"document-put","machine":"m"}',
    '{"type":"document-put","machine":"m","document":{"project":1}}',
    '{"type":"machine-changed","machine":"a","record":{"id":"b","projects":[]}}',
    '{"type":"machine-removed","machine":"__proto__"}',
    '{"type":"command-changed","machine":"m","command":{"id":"__proto__","state":"done"}}',
    '{"type":"from-the-future","machine":"m"}',
  ];
  for (const data of strange) assert.equal(parseEvent(data), undefined, data);
  for (const event of story) assert.equal(asEvent(event), event);
  assert.equal(parseControl('{"type":"hello","handle":"h","offset":"o"}'), undefined);
  assert.equal(parseControl('{"p":"sallyport/1","type":"hello","handle":"h","offset":"o"}')?.type, 'hello');
});

test('nothing is no change', () => {
  assert.ok(isEmpty(changesOfMachines([], createFacts())));
});
