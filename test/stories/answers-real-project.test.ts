/** Every query that the relay can answer from its copy is answered the same by the machine, over a whole real project; and what is listed is what lies on the disk. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readTasks } from '#contract/grammar/tasks.ts';
import { copyRealProject, realProjectsMissing } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

interface Named {
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

test('relay and machine say the same of 60 specs, their tasks, 63 approvals and their snapshots', {
  skip: realProjectsMissing,
}, async () => {
  await using world = await openWorld();
  const root = await copyRealProject('spec-workflow', world.folder);
  const machine = await world.startMachine('laptop', [root]);
  const [{ id: project } = { id: '' }] = (
    await world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects')
  ).items;
  const at = `/v1/machines/laptop/projects/${project}`;

  const both = async <Result>(kind: string, path: string, args: Record<string, unknown> = {}): Promise<Result> => {
    const here = await world.call<{ source: string; result: Result }>('GET', `${at}${path}`);
    assert.equal(here.source, 'relay', path);
    const there = await machine.ask<Result>(kind, { project, ...args });
    assert.deepEqual(withoutBirth(here.result), withoutBirth(there), path);
    return here.result;
  };

  const { items: active } = await both<{ items: Named[] }>('spec-list', '/specs');
  const { items: archived } = await both<{ items: Named[] }>('spec-archived-list', '/specs/archived');
  assert.deepEqual([active.length, archived.length], [5, 55]);
  assert.deepEqual(active.map(({ name }) => name).sort(), (await readdir(join(root, '.spec-workflow/specs'))).sort());
  let tasks = 0;
  for (const [specs, kind, path] of [
    [active, 'spec-read', 'all'],
    [archived, 'spec-archived-read', 'all/archived'],
  ] as const)
    for (const { name } of specs) {
      const read = await both<{ tasks: { content: string } | null }>(kind, `/specs/${name}/${path}`, { spec: name });
      if (read.tasks === null) continue;
      const folder = specs === active ? 'specs' : 'archive/specs';
      assert.equal(read.tasks.content, await readFile(join(root, '.spec-workflow', folder, name, 'tasks.md'), 'utf8'));
      tasks += readTasks(read.tasks.content).length;
      await both('task-progress', `/specs/${name}/tasks/progress`, { spec: name });
    }
  assert.equal(tasks, 936);
  await both('steering-status', '/steering');

  const { items: approvals } = await both<{ items: (Named & { status: string })[] }>('approval-list', '/approvals');
  assert.equal(approvals.length, 63);
  const snapshots = new Set<string>();
  for (const { id, path } of approvals) {
    const approval = `${path.split('/').at(-2)}/${id}`;
    const named = { approval };
    const encoded = encodeURIComponent(id);
    await both('approval-get', `/approvals/${encoded}`, named);
    const { items } = await both<{ items: Named[] }>('approval-snapshots', `/approvals/${encoded}/snapshots`, named);
    for (const snapshot of items) snapshots.add(snapshot.path);
  }
  assert.ok(snapshots.size > 100, String(snapshots.size));
  const missing = await world.call<{ code: string }>('GET', `${at}/steering/principles`, undefined, 404);
  assert.equal(missing.code, 'steering-unknown');
});

/** The machine alone knows when a folder was made. */
function withoutBirth(result: unknown): unknown {
  return JSON.parse(
    JSON.stringify(result, (name, value) =>
      name === 'createdAt' && /^20\d\d-/.test(String(value)) ? undefined : value,
    ),
  );
}
