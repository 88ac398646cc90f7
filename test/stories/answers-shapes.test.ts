/** What each query answers has the members that programs were promised, no more and no fewer, over two whole real projects; relay and machine say the same of all of it. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type QueryKindName, queryNames } from '#contract/kinds/index.ts';
import { answerHere } from '../../pwa/state/copy.ts';
import { heldByApp } from '../kit/held-by-app.ts';
import { copyRealProject, realProjectsMissing } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

/** Members by name; one that ends with `?` may be absent. `[]` is for each entry of a list, `*` for each value of an object, `|null` for what may be null. */
interface Shape {
  readonly [member: string]: Shape | string;
}

const text = { content: 'string', rev: 'rev', lastModified: 'time' };
const phase = { exists: 'boolean', 'lastModified?': 'time', 'rev?': 'rev' };
const counts = {
  ...{ total: 'number', completed: 'number', inProgress: 'number', pending: 'number', blocked: 'number' },
  headers: 'number',
};
const specs: Shape = {
  'items[]': {
    ...{ name: 'string', displayName: 'string', format: 'string', folder: 'string', archived: 'boolean' },
    ...{ 'createdAt?': 'time', lastModified: 'time', 'status?': 'string', 'phase?': 'string', folderRev: 'rev' },
    'phases?': { requirements: phase, design: phase, tasks: phase, implementation: phase },
    'taskProgress?': counts,
  },
};
const read: Shape = {
  ...{ 'requirements|null': text, 'design|null': text, 'tasks|null': text },
  'others[]': { path: 'string', rev: 'rev', size: 'number' },
};
const approval: Shape = {
  ...{ id: 'string', path: 'string', rev: 'rev', title: 'string', status: 'string', 'type?': 'string' },
  ...{ 'category?': 'string', 'categoryName?': 'string', 'createdAt?': 'time', 'respondedAt?': 'time' },
  ...{ 'response?': 'string', file: { path: 'string', 'rev?': 'rev', readable: 'boolean', 'why?': 'string' } },
  'decision?': { state: 'string', 'how?': 'string', 'by?': 'string', 'takenAt?': 'time' },
};
const snapshot: Shape = {
  ...{ version: 'number', trigger: 'string', timestamp: 'time', approvalId: 'string', approvalTitle: 'string' },
  ...{ size: 'number', lines: 'number', rev: 'rev', path: 'string' },
};
const entry: Shape = {
  ...{ id: 'string', taskId: 'string', timestamp: 'time', summary: 'string', spec: 'string', folder: 'string' },
  ...{ path: 'string', filesModified: 'object', filesCreated: 'object', artifacts: 'object' },
  statistics: { linesAdded: 'number', linesRemoved: 'number', filesChanged: 'number' },
};
const logs: Shape = { 'entries[]': entry, 'unread[]': { path: 'string', why: 'string' } };

const shapes: { readonly [Kind in QueryKindName]?: Shape } = {
  'approval-content': { content: 'string', file: 'string', rev: 'rev', changedSinceRequest: 'boolean' },
  'approval-diff': {
    ...{ additions: 'number', deletions: 'number', changes: 'number', from: 'number', fromRev: 'rev', toRev: 'rev' },
    'chunks[]': {
      ...{ oldStart: 'number', oldLines: 'number', newStart: 'number', newLines: 'number' },
      'lines[]': {
        ...{ type: 'string', content: 'string', 'words?': 'object' },
        ...{ 'oldLineNumber?': 'number', 'newLineNumber?': 'number' },
      },
    },
  },
  'approval-get': {
    ...approval,
    'comments[]': {
      ...{ type: 'string', comment: 'string', 'id?': 'string', 'timestamp?': 'time', 'selectedText?': 'string' },
      ...{ 'startOffset?': 'number', 'endOffset?': 'number', 'startLine?': 'number', 'endLine?': 'number' },
      'resolved?': 'boolean',
    },
    ...{ 'annotations?': 'string', revisionHistory: 'object', 'metadata?': 'object' },
  },
  'approval-list': { 'items[]': { ...approval, comments: 'number' } },
  'approval-snapshot-get': { ...snapshot, content: 'string' },
  'approval-snapshots': { 'items[]': snapshot, unlisted: 'object', 'file?': 'string' },
  'file-read': { path: 'string', rev: 'rev', size: 'number', 'text?': 'string', 'base64?': 'string' },
  'impl-log-read': logs,
  'impl-log-search': logs,
  'impl-log-task-stats': {
    ...{ totalImplementations: 'number', totalFilesModified: 'number', totalFilesCreated: 'number' },
    ...{ totalLinesAdded: 'number', totalLinesRemoved: 'number', 'lastImplementation|null': entry },
  },
  'project-info': {
    ...{ id: 'string', name: 'string', formats: 'object', version: 'string', counts: 'object' },
    'steering[]': { name: 'string', path: 'string', rev: 'rev' },
    'specs[]': {
      ...{ spec: 'string', format: 'string', folder: 'string', archived: 'boolean', 'status?': 'string' },
      folderRev: 'rev',
    },
    'workspaces?': 'object',
  },
  'spec-archived-list': specs,
  'spec-archived-read': read,
  'spec-list': specs,
  'spec-read': read,
  'steering-read': text,
  'steering-status': { documents: { '*': { exists: 'boolean', 'rev?': 'rev', 'lastModified?': 'time' } } },
  'task-progress': {
    ...{ total: 'number', completed: 'number', 'inProgress|null': 'string', 'next|null': 'string' },
    ...{ progress: 'number', summary: counts, rev: 'rev', lastModified: 'time' },
    'taskList[]': {
      ...{ id: 'string', description: 'string', status: 'string', lineNumber: 'number', isHeader: 'boolean' },
      ...{ requirements: 'object', leverage: 'object', files: 'object', purposes: 'object' },
      ...{ implementationDetails: 'object', 'prompt?': 'string', 'blockedReason?': 'string' },
      'promptStructured?': 'object',
    },
  },
};

/** Where a value is not as its shape says; nothing where it is. */
function wrongIn(value: unknown, shape: Shape | string, at: string): readonly string[] {
  if (typeof shape === 'string') return isA(value, shape) ? [] : [`${at} is no ${shape}: ${JSON.stringify(value)}`];
  if (typeof value !== 'object' || value === null) return [`${at} is no object`];
  const left = new Set(Object.keys(value));
  const wrong = Object.entries(shape).flatMap(([key, inner]): readonly string[] => {
    const [, name = '', list, mark] = /^(\w+|\*)(\[\])?(\?|\|null)?$/.exec(key) ?? [];
    if (name === '*') {
      const each = [...left];
      left.clear();
      return each.flatMap((one) => wrongIn(member(value, one), inner, `${at}.${one}`));
    }
    const found = member(value, name);
    if (!left.delete(name)) return mark === '?' ? [] : [`${at}.${name} is missing`];
    if (found === null && mark === '|null') return [];
    if (list === undefined) return wrongIn(found, inner, `${at}.${name}`);
    return (found as unknown[]).flatMap((each, index) => wrongIn(each, inner, `${at}.${name}[${index}]`));
  });
  return [...wrong, ...[...left].map((name) => `${at}.${name} was not promised`)];
}

function member(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function isA(value: unknown, word: string): boolean {
  if (word === 'rev') return typeof value === 'string' && /^([0-9a-f]{64}|absent)$/.test(value);
  if (word === 'time') return typeof value === 'string' && value !== '' && !Number.isNaN(Date.parse(value));
  return value !== null && typeof value === word;
}

interface Asked {
  readonly count: Map<string, number>;
  readonly wrong: string[];
  ask<Result>(kind: QueryKindName, path: string, args?: Record<string, unknown>): Promise<Result | undefined>;
  /** Of the machine alone. */
  only<Result>(kind: QueryKindName, path: string, args?: Record<string, unknown>): Promise<Result | undefined>;
}

/** Asks relay and machine the same, and holds both answers to the shape; undefined where both refuse it with the same code. */
function asker(world: World, machine: MachineInWorld, project: string): Asked {
  const [count, wrong] = [new Map<string, number>(), [] as string[]];
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' };
    const response = await fetch(world.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return (await response.json()) as { code?: string; source?: string; result?: unknown };
  };
  const ask = async <Result>(kind: QueryKindName, path: string, args: Record<string, unknown> = {}) => {
    const at = `/v1/machines/${machine.id}`;
    const [here, there] = await Promise.all([
      call('GET', `${at}/projects/${project}${path}`),
      call('POST', `${at}/queries`, { kind, args: { project, ...args } }),
    ]);
    count.set(kind, (count.get(kind) ?? 0) + 1);
    if (here.code !== undefined || there.code !== undefined) {
      if (here.code !== there.code) wrong.push(`${path}: ${here.code} of the relay, ${there.code} of the machine`);
      return undefined;
    }
    const shape = shapes[kind] ?? {};
    wrong.push(...wrongIn(here.result, shape, kind).slice(0, 3), ...wrongIn(there.result, shape, kind).slice(0, 3));
    if (here.source !== 'relay') wrong.push(`${path} was not answered by the relay`);
    if (!isDeepStrictEqual(toldByAll(here.result), toldByAll(there.result))) wrong.push(`${path}: two answers`);
    return there.result as Result;
  };
  const only = async <Result>(kind: QueryKindName, _path: string, args: Record<string, unknown> = {}) => {
    const { result } = await call('POST', `/v1/machines/${machine.id}/queries`, { kind, args: { project, ...args } });
    if (result !== undefined) wrong.push(...wrongIn(result, shapes[kind] ?? {}, kind).slice(0, 3));
    return result as Result | undefined;
  };
  return { count, wrong, ask, only };
}

/** The machine alone knows when a folder was made, and where agents work. */
function toldByAll(result: unknown): unknown {
  const { items, workspaces: _, ...rest } = result as { items?: Record<string, unknown>[]; workspaces?: unknown };
  if (items === undefined) return rest;
  return { ...rest, items: items.map(({ createdAt, ...item }) => ('folder' in item ? item : { createdAt, ...item })) };
}

const every = encodeURIComponent;

interface Listed {
  readonly items: readonly { readonly name: string; readonly folder: string }[];
}

/** Of every so many specs; how many tasks and logs they have. */
async function askOfSpecs({ ask, only }: Asked, step: number): Promise<{ tasks: number; logs: number }> {
  const some = (list: Listed | undefined) => list?.items.filter((_, index) => index % step === 0) ?? [];
  const active = some(await ask<Listed>('spec-list', '/specs'));
  const archived = some(await ask<Listed>('spec-archived-list', '/specs/archived'));
  const found = { tasks: 0, logs: 0 };
  for (const { name: spec } of active) await ask('spec-read', `/specs/${every(spec)}/all`, { spec });
  for (const { name: spec } of archived)
    await ask('spec-archived-read', `/specs/${every(spec)}/all/archived`, { spec });
  for (const { name, folder } of [...active, ...archived]) {
    // A path means the active one of two with a name; its folder means the other, and has slashes.
    const isHidden = archived.some((one) => one.folder === folder) && active.some((one) => one.name === name);
    const [asked, spec] = isHidden ? [only, folder] : [ask, name];
    const at = `/specs/${every(name)}`;
    const progress = await asked<{ total: number }>('task-progress', `${at}/tasks/progress`, { spec });
    found.tasks += progress?.total ?? 0;
    const read = await asked<{ entries: { taskId: string }[] }>('impl-log-read', `${at}/implementation-log`, { spec });
    found.logs += read?.entries.length ?? 0;
    const [task] = read?.entries.map(({ taskId }) => taskId) ?? [];
    if (task !== undefined)
      await asked('impl-log-task-stats', `${at}/implementation-log/task/${every(task)}/stats`, { spec, task });
  }
  return found;
}

/** Every active spec, by the same functions as relay and machine, without their network; how many that are. */
async function readEverySpec(world: World, machine: MachineInWorld, root: string, wrong: string[]): Promise<number> {
  const documents = await machine.documents();
  const { facts } = await heldByApp(world, machine, documents);
  const pathOf = new Map(documents.map(({ rev, path }) => [rev, path]));
  const body = async (_: string, rev: string) => await readFile(join(root, pathOf.get(rev) ?? ''), 'utf8');
  const [{ project } = { project: '' }] = documents;
  const held = { facts, bodies: { body } };
  const list = (await answerHere(held, machine.id, 'spec-list', { project })) as Listed | undefined;
  for (const { name: spec } of list?.items ?? [])
    for (const kind of ['spec-read', 'task-progress', 'impl-log-read'] as const) {
      const args = { project, spec };
      const told = await answerHere(held, machine.id, kind, args).catch(({ code }: { code?: string }) => code);
      // A spec without a checklist has no progress to tell.
      if (kind === 'task-progress' && told === 'document-unknown') continue;
      wrong.push(...wrongIn(told, shapes[kind] ?? {}, `${kind} of ${spec}`).slice(0, 3));
    }
  return list?.items.length ?? 0;
}

async function askOfApprovals({ ask }: Asked): Promise<void> {
  const list = await ask<{ items: { id: string; path: string }[] }>('approval-list', '/approvals');
  const snapshots = new Set<string>();
  for (const { id, path } of list?.items ?? []) {
    // A path has no slash in a name; asked of the machine, the category says which.
    const approval = `${path.split('/').at(-2)}/${id}`;
    const at = `/approvals/${every(id)}`;
    await ask('approval-get', at, { approval });
    await ask('approval-content', `${at}/content`, { approval });
    const kept = await ask<{ items: { path: string; version: number }[] }>('approval-snapshots', `${at}/snapshots`, {
      approval,
    });
    for (const each of kept?.items ?? []) {
      if (!snapshots.has(each.path))
        await ask('approval-snapshot-get', `${at}/snapshots/${each.version}`, { approval, version: each.version });
      snapshots.add(each.path);
    }
    await ask('approval-diff', `${at}/diff`, { approval });
    await ask('approval-diff', `${at}/diff?from=0&to=1`, { approval, from: 0, to: 1 });
  }
}

/** It has neither logs nor approvals. */
const neverOfLeanSpec: readonly QueryKindName[] = [
  ...(['approval-content', 'approval-diff', 'approval-get', 'approval-snapshot-get', 'approval-snapshots'] as const),
  ...(['impl-log-task-stats', 'spec-archived-read'] as const),
];

for (const [folder, total, step, active] of [
  ['spec-workflow', { tasks: 936, logs: 80, snapshots: 225, specs: 60 }, 1, 5],
  ['lean-spec', { tasks: 0, logs: 0, snapshots: 0, specs: 381 }, 8, 381],
] as const)
  test(`every answer about ${folder} has the shape that was promised, of the relay and of the machine`, {
    skip: realProjectsMissing,
    timeout: 170_000,
  }, async () => {
    await using world = await openWorld();
    const root = await copyRealProject(folder, world.folder);
    const machine = await world.startMachine('laptop', [root]);
    const [{ id: project } = { id: '' }] = (
      await world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects')
    ).items;
    const asked = asker(world, machine, project);
    const { ask, wrong, count } = asked;
    const info = await ask<{ specs: unknown[] }>('project-info', '/info');
    const found = await askOfSpecs(asked, step);
    assert.equal(await readEverySpec(world, machine, root, wrong), active);
    await ask('impl-log-search', '/implementation-log?q=test', { q: 'test' });
    await ask('steering-status', '/steering');
    for (const document of ['product', 'tech', 'structure', 'principles'])
      await ask('steering-read', `/steering/${document}`, { document });
    await askOfApprovals(asked);
    const files = (await machine.documents()).filter((_, index) => index % 7 === 0);
    for (const { path } of files) await ask('file-read', `/files/${path.split('/').map(every).join('/')}`, { path });
    assert.deepEqual(wrong.slice(0, 20), []);
    const entries = await readdir(root, { recursive: true });
    const onDisk = entries.filter((path) => /\.snapshots\/.+\/snapshot-\d+\.json$/.test(path)).length;
    const snapshots = (await machine.documents()).filter(
      ({ kind, meta }) => kind === 'snapshots' && 'version' in meta,
    ).length;
    assert.deepEqual({ ...found, snapshots, onDisk, specs: info?.specs.length }, { ...total, onDisk: total.snapshots });
    const never = queryNames.filter((kind) => shapes[kind] !== undefined && !count.has(kind));
    assert.deepEqual(never, folder === 'lean-spec' ? neverOfLeanSpec : []);
  });
