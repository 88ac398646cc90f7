/** The trash: what is removed can be brought back, whatever is killed when, and no part of it is shown. */
import assert from 'node:assert/strict';
import { lstat, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { limits } from '#contract/limits.ts';
import { type Effect, sortOf } from '../../bridge/commands/effects/index.ts';
import { performAll } from '../../bridge/commands/effects/perform.ts';
import { emptyTrash, pathBefore, trashedPath } from '../../bridge/files/trash.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

const at = new Date('2026-11-26T16:12:58.123Z');
const spec = '.spec-workflow/specs/checkout';
const approval = '.spec-workflow/approvals/checkout/approval_1.json';
const trashOf = (path: string): Effect => ({ is: 'trash', from: path, to: trashedPath(path, at) });
const atOnce = async () => {};
const placed = (root: string, effects: readonly Effect[]) =>
  effects.map((what) => ({ place: { id: 'project-1', root }, what }));
const isThere = (shop: Workshop, path: string) =>
  lstat(join(shop.root, path)).then(
    () => true,
    () => false,
  );

async function makeWithApproval(root: string): Promise<void> {
  await makeSmallProject(root);
  await writeFiles(root, { [approval]: '{"status":"pending"}' });
}

const openShop = () => openWorkshop(makeWithApproval);
const site = (shop: Workshop) => ({ command: 'command-a', root: shop.root });

test('a place in the trash names the place before', () => {
  assert.equal(trashedPath(spec, at), '.spec-workflow/.sallyport-trash/2026-11-26T16-12-58.123Z/specs/checkout');
  assert.equal(pathBefore(trashedPath(spec, at)), spec);
  for (const other of [spec, '.spec-workflow/.sallyport-trash/yesterday/specs/a', '.spec-workflow/.sallyport-trash'])
    assert.equal(pathBefore(other), undefined);
});

test('a folder and a file are moved to the trash and restored, byte for byte', async () => {
  await using shop = await openShop();
  const design = await readFile(join(shop.root, spec, 'design.md'));
  await performAll('command-a', placed(shop.root, [trashOf(spec), trashOf(approval)]), atOnce);
  assert.deepEqual(await Promise.all([spec, approval].map((path) => isThere(shop, path))), [false, false]);
  assert.equal(await readFile(join(shop.root, '.spec-workflow/.sallyport-trash/.gitignore'), 'utf8'), '*\n');
  const items = [spec, approval].map((path) => trashedPath(path, at));
  const { state, result } = await shop.run('trash-restore', { items });
  assert.deepEqual(
    [state, result],
    ['done', { items: items.map((trashed) => ({ trashed, path: pathBefore(trashed) })) }],
  );
  assert.deepEqual(await readFile(join(shop.root, spec, 'design.md')), design);
  assert.equal(await readFile(join(shop.root, approval), 'utf8'), '{"status":"pending"}');
});

test('nothing is restored where the place is taken, or what the trash does not hold', async () => {
  await using shop = await openShop();
  await performAll('command-a', placed(shop.root, [trashOf(spec), trashOf(approval)]), atOnce);
  await writeFiles(shop.root, { [approval]: 'a newer one' });
  const restore = async (...items: string[]) => {
    const { state, problem } = await shop.run('trash-restore', { items });
    return `${state} ${(problem as CommandProblem | undefined)?.code}`;
  };
  assert.equal(await restore(trashedPath(spec, at), trashedPath(approval, at)), 'failed edit-refused');
  assert.equal(await isThere(shop, spec), false, 'all of it or nothing');
  assert.equal(await readFile(join(shop.root, approval), 'utf8'), 'a newer one');
  for (const none of [spec, trashedPath(`${spec}2`, at), trashedPath('src/a', at), '../outside', '/etc/passwd'])
    assert.match(await restore(none), /^failed (edit-refused|args-invalid)$/, none);
});

test('a link is neither moved to the trash nor followed by it', async () => {
  await using shop = await openShop();
  await symlink('/etc', join(shop.root, '.spec-workflow/specs/link'));
  await assert.rejects(performAll('command-a', placed(shop.root, [trashOf('.spec-workflow/specs/link')]), atOnce), {
    code: 'path-refused',
  });
  await rm(join(shop.root, '.spec-workflow/.sallyport-trash'), { recursive: true });
  await mkdir(join(shop.root, 'elsewhere'));
  await symlink(join(shop.root, 'elsewhere'), join(shop.root, '.spec-workflow/.sallyport-trash'));
  await assert.rejects(performAll('command-a', placed(shop.root, [trashOf(spec)]), atOnce), { code: 'path-refused' });
  assert.equal(await isThere(shop, spec), true);
});

for (const done of [0, 1, 2])
  test(`killed while two things go to the trash: with ${done} of 2 moved, all of it counts or none`, async () => {
    await using shop = await openShop();
    const command = delivered('trash-restore', { items: [trashedPath(spec, at)] });
    await shop.journal.received([command]);
    for (const [index, effect] of [trashOf(spec), trashOf(approval)].entries()) {
      if (index > done) break;
      const isLast = index === 1;
      const step = sortOf(effect).toStep(effect, !isLast);
      const begun = { project: 'project-1', step, at: index, isLast, ...(isLast && { result: 'moved' }) };
      await shop.journal.effect(command.id, begun);
      if (index < done) await sortOf(effect).do(site(shop), effect, atOnce);
    }
    const outcome = await shop.recover(command.id);
    const areThere = await Promise.all([spec, approval].map((path) => isThere(shop, path)));
    assert.deepEqual(areThere, done === 2 ? [false, false] : [true, true]);
    // Taken back, it ran again from its beginning: as there is nothing to restore, it failed.
    assert.equal(outcome?.state, done === 2 ? 'done' : 'failed');
  });

test('what has lain in the trash for 30 days is deleted, and nothing else', async () => {
  await using shop = await openShop();
  await performAll('command-a', placed(shop.root, [trashOf(spec)]), atOnce);
  await writeFiles(shop.root, { '.spec-workflow/.sallyport-trash/notes/mine.md': 'not of a command' });
  await emptyTrash(shop.root, '.spec-workflow', at.getTime() + limits.trashKeptMs);
  assert.equal(await isThere(shop, trashedPath(spec, at)), true);
  await emptyTrash(shop.root, '.spec-workflow', at.getTime() + limits.trashKeptMs + 1);
  assert.equal(await isThere(shop, trashedPath(spec, at)), false);
  assert.equal(await isThere(shop, '.spec-workflow/.sallyport-trash/notes/mine.md'), true);
});

test('to people, what goes to the trash is gone, and nothing in the trash is a document', async () => {
  await using watched = await openWatched(makeWithApproval);
  await performAll('command-a', placed(watched.root, [trashOf(spec)]), atOnce);
  await watched.quiet();
  assert.deepEqual(
    watched.told().filter((line) => line.includes('trash')),
    [],
  );
  assert.equal(watched.has(`${spec}/design.md`), false);
  await watched.rescan();
  assert.equal(watched.has(`${trashedPath(spec, at)}/design.md`), false);
});
