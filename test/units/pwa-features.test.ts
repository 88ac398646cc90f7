/** What the screens make of documents: specs, their columns, filters, links, the graph, routes and command lines. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import type { Document, Meta } from '#contract/document.ts';
import { specArchive } from '#contract/kinds/spec-archive.ts';
import { specStatuses } from '#contract/meta.ts';
import { curlText } from '../../pwa/features/curl-text.ts';
import { linksOf } from '../../pwa/features/specs/dependencies.ts';
import { filterSpecs } from '../../pwa/features/specs/filters.ts';
import { dependenciesOf, drawnMax, layOutGraph } from '../../pwa/features/specs/graph-layout.ts';
import { groupStatus, specArgOf } from '../../pwa/features/specs/spec-groups.ts';
import { hrefTo, parseRoute } from '../../pwa/route.ts';
import { groupSpecs } from '../kit/specs.ts';

function document(path: string, kind: Document['kind'], spec: string, meta: Meta = {}): Document {
  const format = path.startsWith('specs') ? 'lean-spec' : 'spec-workflow';
  return {
    project: 'project1',
    path,
    kind,
    spec,
    title: `Title of ${spec}`,
    rev: '0'.repeat(64),
    size: 1,
    mtime: 1,
    body: 'held',
    meta: { format, ...meta },
  };
}

function leanSpec(name: string, meta: Meta = {}): Document {
  return document(`specs/${name}/README.md`, 'spec', name, { number: name.slice(0, 3), status: 'planned', ...meta });
}

function tasks(total: number, completed: number, begun = 0): Document {
  return document('.spec-workflow/specs/x/tasks.md', 'tasks', 'x', {
    tasks: { total, completed, in_progress: begun, pending: total - completed - begun, blocked: 0 },
  });
}

test('a LeanSpec spec is its main file with what lies beside it; a folder without one is no spec', () => {
  const specs = groupSpecs([
    leanSpec('001-a', { checklist: { total: 2, done: 1 } }),
    document('specs/001-a/DESIGN.md', 'sub-spec', '001-a', { checklist: { total: 2, done: 2 } }),
    document('specs/002-b/notes.md', 'sub-spec', '002-b'),
    document('.spec-workflow/approvals/x/approval_1.json', 'approval', 'x'),
  ]);
  assert.deepEqual(
    specs.map(({ name, documents, progress }) => [name, documents.length, progress]),
    [['001-a', 2, { done: 3, total: 4 }]],
  );
});

test('an archived spec is called by its folder, so that the active one of its name is left alone', () => {
  const old = document('.spec-workflow/archive/specs/x/tasks.md', 'tasks', 'x', { archived: true });
  assert.deepEqual([tasks(1, 0), old].map(specArgOf), ['x', '.spec-workflow/archive/specs/x']);
  const moved = { spec: 'x', from: '.spec-workflow/specs/x', to: '.spec-workflow/archive/specs/x', folderRev: 'r' };
  assert.deepEqual(specArchive.undo?.({ project: 'p', spec: 'x' }, moved)?.args, { project: 'p', spec: moved.to });
});

test('boxes without numbers are the progress of a spec where no task has one', () => {
  const boxes = (done: number) => [{ ...tasks(0, 0), meta: { ...tasks(0, 0).meta, checklist: { total: 2, done } } }];
  assert.deepEqual(
    [0, 1, 2].map((done) => groupStatus(boxes(done))),
    ['planned', 'in-progress', 'complete'],
  );
  assert.deepEqual(groupSpecs(boxes(1))[0]?.progress, { done: 1, total: 2 });
});

test('the column of a group of files follows from its tasks and its place, and from nothing else', () => {
  assert.equal(groupStatus([document('.spec-workflow/specs/x/design.md', 'design', 'x')]), 'planned');
  assert.equal(groupStatus([tasks(0, 0)]), 'planned');
  assert.equal(groupStatus([tasks(3, 0)]), 'planned');
  assert.equal(groupStatus([tasks(3, 0, 1)]), 'in-progress');
  assert.equal(groupStatus([tasks(3, 1)]), 'in-progress');
  assert.equal(groupStatus([tasks(3, 3)]), 'complete');
  assert.equal(groupStatus([{ ...tasks(3, 3), meta: { archived: true } }]), 'archived');
});

test('filters narrow by every part, words in any order', () => {
  const specs = groupSpecs([
    leanSpec('001-red-gate', { priority: 'high', tags: ['gate'] }),
    leanSpec('002-blue-gate', { status: 'complete', tags: ['gate', 'blue'] }),
  ]);
  const names = (filter: Parameters<typeof filterSpecs>[1]) => filterSpecs(specs, filter).map(({ number }) => number);
  assert.deepEqual(names({ tag: 'gate' }), ['002', '001']);
  assert.deepEqual(names({ tag: 'gate', status: 'complete' }), ['002']);
  assert.deepEqual(names({ priority: 'high', q: 'GATE red' }), ['001']);
  assert.deepEqual(names({ q: 'nothing' }), []);
});

test('references resolve by name, by the end of an old path and by a number that only one has; the rest dangles', () => {
  const specs = groupSpecs([
    leanSpec('001-a', { depends_on: ['002-b', '20251101/003-c', '4', '038', '999-gone'] }),
    leanSpec('002-b', { parent: '001-a' }),
    leanSpec('003-c'),
    leanSpec('004-d'),
    leanSpec('038-one'),
    leanSpec('038-two'),
  ]);
  const at = (name: string) => {
    const found = specs.find((spec) => spec.name === name);
    assert.ok(found);
    return found;
  };
  assert.deepEqual(
    linksOf(at('001-a'), specs).dependsOn.map(({ spec }) => spec?.name),
    ['002-b', '003-c', '004-d', undefined, undefined],
  );
  assert.deepEqual(
    linksOf(at('002-b'), specs).enables.map(({ name }) => name),
    ['001-a'],
  );
  assert.deepEqual(
    linksOf(at('001-a'), specs).children.map(({ name }) => name),
    ['002-b'],
  );
});

test('the graph puts a spec to the right of what it needs, and a circle does not hang it', () => {
  const { nodes, edges } = layOutGraph(
    dependenciesOf(
      groupSpecs([
        leanSpec('001-a', { depends_on: ['002-b', '002-b'] }),
        leanSpec('002-b', { depends_on: ['003-c'] }),
        leanSpec('003-c'),
        leanSpec('004-x', { depends_on: ['005-y'] }),
        leanSpec('005-y', { depends_on: ['004-x'] }),
        leanSpec('006-alone'),
      ]),
    ),
  );
  const x = new Map(nodes.map((node) => [node.spec.name, node.x]));
  assert.ok((x.get('003-c') ?? 0) < (x.get('002-b') ?? 0) && (x.get('002-b') ?? 0) < (x.get('001-a') ?? 0));
  assert.equal(x.has('006-alone'), false);
  assert.equal(edges.length, 4);
});

test('as many dependencies as are drawn do not hang the graph, also where one closes a circle', () => {
  const name = (at: number) => `${String(at).padStart(4, '0')}-s`;
  const chain = (last: Meta) =>
    dependenciesOf(
      groupSpecs(
        Array.from({ length: drawnMax }, (_, at) =>
          leanSpec(name(at), at === drawnMax - 1 ? last : { depends_on: [name(at + 1)] }),
        ),
      ),
    );
  assert.equal(new Set(layOutGraph(chain({})).nodes.map(({ x }) => x)).size, drawnMax);
  const circle = layOutGraph(chain({ depends_on: [name(0)] }));
  assert.equal(circle.nodes.length, drawnMax);
  assert.equal(circle.edges.length, drawnMax);
});

test('a bridge that says something else than agreed in meta takes no screen away', () => {
  const names =
    'status priority tags depends_on parent assignee number updated_at checklist problem withheld archived'.split(' ');
  const odd = [null, 5, true, 'odd', [null], [5, ['x']], {}, { total: 'x' }];
  const documents = odd.flatMap((value, nth) => [
    leanSpec(`00${nth}-odd`, Object.fromEntries(names.map((name) => [name, value]))),
    {
      ...document('.spec-workflow/specs/x/tasks.md', 'tasks', `x${nth}`, { tasks: value }),
      path: `specs/x${nth}/tasks.md`,
    },
  ]);
  const specs = groupSpecs(documents);
  assert.equal(specs.length, 2 * odd.length);
  layOutGraph(dependenciesOf(specs));
  for (const spec of specs) {
    assert.ok(specStatuses.includes(spec.status), spec.status);
    assert.ok([...spec.tags, ...spec.dependsOn].every((text) => typeof text === 'string'));
    linksOf(spec, specs);
  }
  filterSpecs(specs, { q: 'odd', tag: 'odd' });
});

test('a route is the same after its way through the URL, and nonsense leads to the specs', () => {
  const route = {
    place: 'spec',
    machine: 'm1',
    isMachineNamed: true,
    project: 'p1',
    item: 'specs/001 ä/b',
    query: { view: 'board' },
  } as const;
  const isPlace = (name: string) => ['specs', 'spec', 'inbox'].includes(name);
  assert.deepEqual(parseRoute(hrefTo(route), undefined, isPlace), route);
  for (const hash of ['', '#', '#/nowhere', '#/m', '#/%E0%A4%A', '#/m//p//'])
    assert.equal(parseRoute(hash, 'last', isPlace).place, 'specs', hash);
  const { machine, isMachineNamed } = parseRoute('#/inbox', 'last', isPlace);
  assert.deepEqual([machine, isMachineNamed], ['last', false]);
});

test('a copied command line reaches curl word by word, whatever quotes its args hold', () => {
  const args = { project: 'shop', spec: '001', assignee: `it's "me" $HOME \`id\`` };
  const line = curlText({
    origin: 'https://relay.example',
    machine: 'my laptop',
    kind: 'spec-metadata-update',
    args,
    ifRev: 'abc',
  });
  const words = execFileSync('bash', ['-c', `curl() { printf '%s\\n' "$@"; }; SALLYPORT_KEY=k; ${line}`], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  assert.deepEqual(JSON.parse(words[words.indexOf('-d') + 1] ?? ''), {
    kind: 'spec-metadata-update',
    args,
    ifRev: 'abc',
  });
  assert.equal(words.at(-1), 'https://relay.example/v1/machines/my%20laptop/commands?wait=10');
});
