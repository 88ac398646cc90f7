/** One run over whole real projects, as they are kept in two formats. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DocumentWithBody } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { eventually } from '../../kit/eventually.ts';
import { startProgram } from '../../kit/process.ts';
import { copyRealProject, realProjectsMissing } from '../../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../../kit/world.ts';

/** The project's id by its name. */
async function projectOf(world: World, machine: MachineInWorld, name: string): Promise<string> {
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const found = projects.find((project) => project.name === name);
  assert.ok(found, `no project ${name}`);
  return found.id;
}

test('everything of two real projects is there, to the byte; specs and tasks change on the disk, archives go and come back', {
  skip: realProjectsMissing,
  timeout: 150_000,
}, async () => {
  await using world = await openWorld();
  const [lean, workflow] = [
    await copyRealProject('lean-spec', world.folder),
    await copyRealProject('spec-workflow', world.folder),
  ];
  const machine = await world.startMachine('laptop', [lean, workflow]);
  const roots = new Map([
    [await projectOf(world, machine, 'lean-spec'), lean],
    [await projectOf(world, machine, 'spec-workflow'), workflow],
  ]);

  const documents = await machine.documents();
  const statuses: Record<string, number> = {};
  for (const { kind, meta } of documents)
    if (kind === 'spec') statuses[String(meta.status)] = (statuses[String(meta.status)] ?? 0) + 1;
  assert.deepEqual(statuses, { complete: 238, archived: 65, planned: 60, 'in-progress': 16, draft: 2 });
  assert.equal(documents.filter(({ kind }) => kind === 'approval').length, 63);
  assert.deepEqual(
    documents.filter(({ body }) => body !== 'held'),
    [],
    'every body is held',
  );
  for (const { project, path } of documents) {
    const found = await world.call<DocumentWithBody>(
      'GET',
      `/v1/machines/${machine.id}/documents/${project}/${path.split('/').map(encodeURIComponent).join('/')}`,
    );
    const bytes = found.text === undefined ? Buffer.from(found.bodyBase64 ?? '', 'base64') : Buffer.from(found.text);
    assert.ok(bytes.equals(await readFile(join(roots.get(project) ?? '', path))), path);
  }

  const spec = documents.find(({ kind, meta }) => kind === 'spec' && meta.status === 'planned');
  const tasks = documents.find(
    ({ kind, meta }) => kind === 'tasks' && meta.archived !== true && (meta.tasks as { pending: number }).pending > 0,
  );
  assert.ok(spec && tasks);
  const edited = await machine.send(
    'spec-metadata-update',
    { project: spec.project, spec: spec.spec, status: 'in-progress' },
    spec.rev,
  );
  assert.equal(edited.state, 'done', JSON.stringify(edited.problem));
  assert.match(await readFile(join(lean, spec.path), 'utf8'), /^status: in-progress$/m);
  const [, id = ''] = /^- \[ \] (\d+(?:\.\d+)*)/m.exec(await readFile(join(workflow, tasks.path), 'utf8')) ?? [];
  const ticked = await machine.send(
    'task-status-update',
    { project: tasks.project, spec: tasks.spec, task: id, status: 'completed' },
    tasks.rev,
  );
  assert.equal(ticked.state, 'done', JSON.stringify(ticked.problem));
  assert.match(
    await readFile(join(workflow, tasks.path), 'utf8'),
    new RegExp(`^- \\[x\\] ${id.replaceAll('.', '\\.')}`, 'm'),
  );

  for (const { project, spec: name } of [spec, tasks]) {
    const { specs } = await machine.ask<{ specs: { spec: string; folderRev: string }[] }>('project-info', { project });
    const { folderRev } = specs.find((found) => found.spec === name) ?? {};
    const archived = await machine.send('spec-archive', { project, spec: name }, folderRev);
    assert.equal(archived.state, 'done', JSON.stringify(archived.problem));
    await eventually(async () =>
      (await machine.documents()).some(
        (document) =>
          document.spec === name && (document.meta.archived === true || document.meta.status === 'archived'),
      ),
    );
    const back = await machine.send(
      'spec-unarchive',
      { project, spec: name },
      (archived.result as { folderRev: string }).folderRev,
    );
    assert.equal(back.state, 'done', JSON.stringify(back.problem));
  }
});

test('what a dry run lists is exactly what is uploaded', { skip: realProjectsMissing }, async () => {
  await using world = await openWorld();
  const root = await copyRealProject('spec-workflow', world.folder);
  await using dry = startProgram('bridge/main.ts', [
    'projects',
    '--dry-run',
    '--json',
    '--data',
    join(world.folder, 'dry'),
    root,
  ]);
  const listed = await dry.line(() => true);
  const machine = await world.startMachine('laptop', [root]);
  const uploaded = (await machine.documents()).map(({ path }) => path).sort();
  const [project] = listed.projects as { documents: { path: string }[] }[];
  assert.deepEqual(project?.documents.map(({ path }) => path).sort(), uploaded);
});
