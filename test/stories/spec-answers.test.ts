/** Every query about specs, tasks and steering: relay, machine and app say the same, and names from a request lead nowhere. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import type { QueryKindName } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { answerHere } from '../../pwa/state/copy.ts';
import { heldByApp } from '../kit/held-by-app.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

interface Answer {
  readonly status: number;
  readonly source?: string;
  readonly code?: string;
  readonly result?: unknown;
}

interface Question {
  readonly kind: QueryKindName;
  readonly args: Readonly<Record<string, string>>;
  /** Below the project's path. */
  readonly path: string;
}

/** Every question about one project: of the project of each steering document and each of its specs. */
function questionsOf(documents: readonly Document[], more: readonly string[]): readonly Question[] {
  const named = (archived: boolean) => documents.filter(({ meta }) => (meta.archived === true) === archived);
  // An archived one by its folder: an active one may have the same name.
  const specsOf = (archived: boolean) => [
    ...new Set(named(archived).flatMap((found) => (archived ? folderOf(found) : found.spec) ?? [])),
  ];
  const of = (kind: QueryKindName, path: string, args: Record<string, string> = {}): Question => ({ kind, path, args });
  const ofSpec = (kind: QueryKindName, spec: string, rest: string) =>
    of(kind, `/specs/${encodeURIComponent(spec)}${rest}`, { spec });
  const [active, archived] = [
    [...specsOf(false), ...more],
    [...specsOf(true), ...more],
  ];
  return [
    of('project-info', '/info'),
    of('spec-list', '/specs'),
    of('spec-archived-list', '/specs/archived'),
    of('steering-status', '/steering'),
    ...active.flatMap((spec) => [ofSpec('spec-list', spec, ''), ofSpec('spec-read', spec, '/all')]),
    ...archived.map((spec) => ofSpec('spec-archived-read', spec, '/all/archived')),
    ...[...active, ...archived].map((spec) => ofSpec('task-progress', spec, '/tasks/progress')),
    ...['product', 'tech', 'structure', 'principles', ...more].map((document) =>
      of('steering-read', `/steering/${encodeURIComponent(document)}`, { document }),
    ),
  ];
}

async function ask(world: World, path: string): Promise<Answer> {
  const response = await fetch(world.url + path, { headers: { authorization: `Bearer ${world.key}` } });
  return { status: response.status, ...((await response.json()) as Omit<Answer, 'status'>) };
}

/** An answer without what only the machine can tell. */
function toldByAll({ result }: Answer): unknown {
  const { items, workspaces: _, ...rest } = result as { items?: Record<string, unknown>[]; workspaces?: unknown };
  return items === undefined ? rest : { items: items.map(({ createdAt: _, ...item }) => item) };
}

/** Asks all three. Resolves to the answers of the machine, by path. */
async function compareAll(world: World, machine: MachineInWorld, more: readonly string[]) {
  const documents = await machine.documents();
  const held = await heldByApp(world, machine, documents);
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const answers = new Map<string, Answer>();
  for (const { id: project } of projects) {
    const own = documents.filter((document) => document.project === project);
    for (const { kind, path, args } of questionsOf(own, more)) {
      const at = `/v1/machines/${machine.id}/projects/${project}${path}`;
      const [relay, disk] = await Promise.all([ask(world, at), ask(world, `${at}?source=machine`)]);
      const here = await answerHere(held, machine.id, kind, { project, ...args } as never).catch(
        ({ code }: { code: string }) => code,
      );
      answers.set(path, disk);
      assert.equal(relay.status, disk.status, at);
      if (disk.status === 200) {
        assert.deepEqual([relay.source, disk.source], ['relay', 'machine'], at);
        assert.deepEqual(relay.result, toldByAll(disk), at);
        assert.deepEqual(here, relay.result, `the app, of ${at}`);
      } else assert.equal(relay.code, disk.code, at);
    }
  }
  return answers;
}

const tasks = `# Tasks

- [x] 1. Draw
- [-] 1.1 Colour
  - File: a.ts
- [ ] 2. Hang
- [ ] 2.1 Nail
  - _Requirements: 1.2, NFR_
  - _Prompt: Role: Joiner | Task: use a | b | Success: it hangs_
`;

test('a spec is told with phase, progress and texts, and a hostile name finds nothing (Q6)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await writeFiles(root, {
    '.spec-workflow/specs/hang-it/requirements.md': '# Requirements\n',
    '.spec-workflow/specs/hang-it/design.md': '# Design\n',
    '.spec-workflow/specs/hang-it/tasks.md': tasks,
    '.spec-workflow/specs/hang-it/NOTES.md': 'Notes\n',
    '.spec-workflow/archive/specs/old/requirements.md': '# Old\n',
    '.spec-workflow/specs/__proto__/design.md': '# D\n',
    '.spec-workflow/steering/product.md': '# Product\n',
  });
  const machine = await world.startMachine('laptop', [root]);
  const hostile = [
    '..',
    '../..',
    '.',
    'constructor',
    '__proto__x',
    'a/../hang-it',
    '%2e%2e',
    'hang-it/',
    'HANG-IT',
    '/etc',
  ];
  const answers = await compareAll(world, machine, hostile);
  for (const name of hostile)
    for (const path of [`/specs/${encodeURIComponent(name)}/all`, `/steering/${encodeURIComponent(name)}`])
      assert.ok((answers.get(path)?.status ?? 0) >= 400, path);

  const resultOf = <Result>(path: string) => answers.get(path)?.result as Result;
  const { items } = resultOf<{ items: Record<string, unknown>[] }>('/specs/hang-it');
  const [item] = items;
  assert.deepEqual([items.length, item?.displayName, item?.phase], [1, 'Hang It', 'implementing']);
  assert.deepEqual(item?.taskProgress, { total: 4, completed: 1, inProgress: 1, pending: 2, blocked: 0, headers: 2 });
  assert.match(String(item?.createdAt), /^\d{4}-/);
  const all = resultOf<Record<string, { content: string }> & { others: unknown[] }>('/specs/hang-it/all');
  assert.deepEqual([all.tasks?.content, all.others.length], [tasks, 1]);
  const progress = resultOf<Record<string, unknown> & { taskList: Record<string, unknown>[] }>(
    '/specs/hang-it/tasks/progress',
  );
  assert.deepEqual([progress.inProgress, progress.next, progress.progress], ['1.1', '2.1', 25]);
  assert.deepEqual(progress.taskList.at(-1)?.promptStructured, [
    { key: 'Role', value: 'Joiner' },
    { key: 'Task', value: 'use a | b' },
    { key: 'Success', value: 'it hangs' },
  ]);
  assert.equal(answers.get('/steering/tech')?.code, 'steering-unknown');
  const { documents } = resultOf<{ documents: Record<string, { exists: boolean }> }>('/steering');
  assert.deepEqual(
    Object.entries(documents).map(([name, { exists }]) => [name, exists]),
    [
      ['product', true],
      ['tech', false],
      ['structure', false],
    ],
  );
  const archived = resultOf<{ items: { name: string }[] }>('/specs/archived');
  assert.ok(archived.items.some(({ name }) => name === 'old'));
});
