/** The looks for other texts of files under review: what has not changed is not read again, and one project's trouble is its own. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import { readCandidates } from '../../bridge/approvals/checkouts.ts';
import { createCheckoutsLook } from '../../bridge/approvals/checkouts-look.ts';
import { openCheckoutsTold } from '../../bridge/approvals/checkouts-told.ts';
import type { Project } from '../../bridge/projects/project.ts';
import { workspacesOf } from '../../bridge/projects/workspaces.ts';
import { createDocumentIndex } from '../../bridge/watch/documents.ts';
import { approvalPath } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { addWorktree } from '../kit/worktree.ts';

/** A project with a worktree in which an agent is alive and has another text of the file under review. */
async function openShop(name = 'shop') {
  const folder = await openTemporaryFolder();
  const [root, tree] = [join(folder.path, name), join(folder.path, `${name}-tax`)];
  await writeFiles(root, { 'NOTES.md': '# Of main\n' });
  const path = approvalPath('a1');
  const meta = { status: 'pending', file: 'NOTES.md' };
  const { documents, put } = createDocumentIndex(name);
  const about = { kind: 'approval', title: 'Notes', format: 'spec-workflow', describe: 1 } as const;
  put({ project: name, path, rev: '0'.repeat(64), size: 1, mtime: 1, meta, ...about }, undefined);
  const project = { id: name, root, layouts: [], rules: undefined, documents } as unknown as Project;
  const workspaces = () => workspacesOf(root, [{ folder: root, checkout: tree, pids: [process.pid] }], '/home/none');
  const fork = async () => {
    await addWorktree(root, tree);
    await writeFile(join(tree, 'NOTES.md'), '# Of the tree\n');
  };
  return { root, tree, project, workspaces, fork, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('a file is read again only when it, the rules or the worktrees have changed, and never where there is one checkout', async () => {
  await using shop = await openShop();
  const { root, tree, project, workspaces } = shop;
  let reads = 0;
  const look = createCheckoutsLook(async (...about) => {
    reads += 1;
    return await readCandidates(...about);
  });
  const names = async () => {
    const [record] = await look(project, workspaces);
    return (record?.meta.checkouts as { checkout: string }[] | undefined)?.map(({ checkout }) => checkout);
  };
  assert.deepEqual([await names(), reads], [undefined, 0], 'without a worktree');
  await shop.fork();
  const settle = async (expected: string[] | undefined, why: string) => {
    const before = reads;
    assert.deepEqual(await names(), expected, why);
    assert.equal(reads, before + 1, why);
    for (let nth = 0; nth < 3; nth++) assert.deepEqual(await names(), expected, why);
    assert.equal(reads, before + 2, `${why}: twice, because of the disk's clock`);
  };
  await settle(['shop-tax', 'shop'], 'a worktree');
  await writeFile(join(tree, 'NOTES.md'), '# Of main\n');
  await settle(undefined, 'the same text');
  await writeFile(join(root, 'NOTES.md'), '# Of main, and more\n');
  await settle(['shop-tax', 'shop'], 'another text in main');
  await writeFile(join(tree, '.sallyportignore'), 'NOTES.md\n');
  await settle(['shop'], 'the worktree keeps it');
  assert.equal((await look(project, workspaces))[0]?.meta.missing, 'shop-tax');
  await rm(join(tree, 'NOTES.md'));
  await settle(undefined, 'the worktree does not have it');
});

test('a project that cannot be looked at is said once, holds up no other one, and takes back nothing that was told', async () => {
  await using shop = await openShop();
  await using other = await openShop('other');
  await shop.fork();
  await other.fork();
  const told: RecordTold[] = [];
  const troubles: unknown[] = [];
  let looks = 0;
  let isBroken = true;
  const projects = [other.project, shop.project];
  await using checkouts = openCheckoutsTold({
    projects: () => projects,
    tell: (record) => told.push(record),
    onTrouble: (error) => troubles.push(error),
  });
  await checkouts.begin(async (root) => {
    if (root === shop.root) return await shop.workspaces();
    looks += 1;
    if (isBroken) throw new Error('the disk is gone');
    return await other.workspaces();
  });
  const states = () => told.map(({ project, state }) => `${project} ${state}`);
  await eventually(() => states().includes('shop differ'));
  const before = looks;
  await eventually(() => looks > before + 1);
  assert.equal(troubles.length, 1);
  isBroken = false;
  await eventually(() => states().includes('other differ'));
  isBroken = true;
  const after = looks;
  await eventually(() => looks > after + 2);
  assert.deepEqual([troubles.length, states()], [2, ['shop differ', 'other differ']]);
  isBroken = false;
  await rm(other.tree, { recursive: true });
  await eventually(() => states().includes('other same'));
});

test('a look that does not end does not hold up the start', async () => {
  await using shop = await openShop();
  await shop.fork();
  const held = Promise.withResolvers<[]>();
  await using checkouts = openCheckoutsTold({
    projects: () => [shop.project],
    tell: () => undefined,
    onTrouble: () => undefined,
  });
  await checkouts.begin(() => held.promise);
  held.resolve([]);
});

test('where nobody has asked about a file yet, the first who asks need not wait for the next look', async () => {
  await using shop = await openShop();
  await shop.fork();
  const projects: Project[] = [];
  const told: RecordTold[] = [];
  await using checkouts = openCheckoutsTold({
    projects: () => projects,
    tell: (record) => told.push(record),
    onTrouble: () => undefined,
  });
  await checkouts.begin(shop.workspaces);
  projects.push(shop.project);
  const since = performance.now();
  checkouts.changed([{ path: approvalPath('a1') }]);
  await eventually(() => told.some(({ state }) => state === 'differ'));
  assert.ok(performance.now() - since < limits.unaskedLookMs / 2);
});
