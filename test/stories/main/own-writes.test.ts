/** Read your own writes: whoever sees `done` sees the document as it is now, and an undo sent at once finds what it undoes. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openMeddler } from '../../kit/meddler.ts';
import { makeSmallProject, specText, writeFiles } from '../../kit/projects.ts';
import { type MachineInWorld, openWorld } from '../../kit/world.ts';

const first = 'specs/001-first-light/README.md';
const project = 'shop';
const isUpload = (path: string) => path.startsWith('/v1/bridge/ingest');

async function done(machine: MachineInWorld, kind: string, args: Record<string, unknown>, rev: string) {
  const record = await machine.send(kind, { project, ...args }, rev);
  assert.equal(record.state, 'done', JSON.stringify(record.problem));
  return record.result as { readonly rev: string; readonly folderRev: string };
}

test('a read right after `done` shows the rev that the result names, edit after edit (C11)', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, project));
  await using box = await openMeddler(world.url, ({ path }) => (isUpload(path) ? { afterMs: 100 } : undefined));
  const machine = await world.startMachine('laptop', [root], {}, box.url);
  let { rev } = await machine.document(first);
  for (const [round, status] of ['in-progress', 'complete', 'planned', 'in-progress', 'complete'].entries()) {
    const force = status === 'complete' ? { force: true } : {};
    ({ rev } = await done(machine, 'spec-metadata-update', { spec: '001', status, ...force }, rev));
    const { meta, rev: shown } = await machine.document(first);
    assert.deepEqual([shown, meta.status], [rev, status], `round ${round}`);
  }
});

test('where uploads are slow and many files wait, the receipt of an edit waits for its own file alone', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, project));
  await using box = await openMeddler(world.url);
  const machine = await world.startMachine('laptop', [root], {}, box.url);
  const { rev: before } = await machine.document(first);
  box.meddle = ({ path }) => (isUpload(path) ? { afterMs: 300 } : undefined);
  const large = 'x'.repeat(200_000);
  for (let n = 0; n < 30; n += 1) await writeFiles(root, { [`specs/002-second-wind/note-${n}.md`]: `${n} ${large}` });

  const { rev } = await done(machine, 'spec-metadata-update', { spec: '001', status: 'in-progress' }, before);

  assert.equal((await machine.document(first)).rev, rev);
  const notes = (await machine.documents()).filter(({ path }) => path.includes('/note-'));
  assert.ok(notes.length < 30, 'the receipt came after everything else');
});

test('of several edits at once each is `done` only when its own file can be read', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, project));
  await using box = await openMeddler(world.url);
  const machine = await world.startMachine('laptop', [root], {}, box.url);
  const files = [
    ['001', 'README.md', first],
    ['002', 'README.md', 'specs/002-second-wind/README.md'],
    ['002', 'DESIGN.md', 'specs/002-second-wind/DESIGN.md'],
  ] as const;
  const before = await Promise.all(files.map(([, , path]) => machine.document(path)));
  box.meddle = ({ path }) => (isUpload(path) ? { afterMs: 300 } : undefined);
  await writeFiles(root, { 'specs/002-second-wind/note.md': 'Under way while the edits are made' });

  await Promise.all(
    files.map(async ([spec, document, path], at) => {
      const args = { spec, document, content: specText(`Edited ${at}`) };
      const { rev } = await done(machine, 'spec-document-write', args, before[at]?.rev ?? '');
      assert.equal((await machine.document(path)).rev, rev, path);
    }),
  );
});

test('a spec put away can be brought back at once, again and again, and a read in between shows where it is', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, project));
  await writeFiles(root, { 'specs/archived/000-old/README.md': specText('Old') });
  const machine = await world.startMachine('laptop', [root]);
  const readme = await readFile(join(root, first), 'utf8');

  for (const spec of ['checkout', '001-first-light']) {
    const { specs } = await machine.ask<{ specs: { spec: string; folderRev: string }[] }>('project-info', { project });
    let rev = specs.find((found) => found.spec === spec)?.folderRev ?? '';
    for (let round = 0; round < 4; round += 1) {
      const kind = round % 2 === 0 ? 'spec-archive' : 'spec-unarchive';
      ({ folderRev: rev } = await done(machine, kind, { spec }, rev));
      const paths = (await machine.documents()).filter((document) => document.spec === spec).map(({ path }) => path);
      const isArchived = paths.map((path) => /(^|\/)archived?\//.test(path));
      assert.ok(paths.length > 0);
      assert.deepEqual(new Set(isArchived), new Set([round % 2 === 0]), `${kind}: ${paths.join(', ')}`);
    }
  }
  assert.equal(await readFile(join(root, first), 'utf8'), readme);
});
