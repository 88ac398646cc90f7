/** Which checkouts of a repository are believed: those that git registers and that name their registration. */
import assert from 'node:assert/strict';
import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gitCheckoutsOf } from '../../bridge/projects/git-checkouts.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { addWorktree, git } from '../kit/worktree.ts';

async function openRepository() {
  const folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await writeFiles(root, { 'app/NOTES.md': '# Notes\n' });
  const names = async (at = root) => (await gitCheckoutsOf(at)).map(({ name }) => name);
  return { folder: folder.path, root, names, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('worktrees are found with the same folder inside, by names that are theirs alone', async () => {
  await using opened = await openRepository();
  const { folder, root } = opened;
  assert.deepEqual(await gitCheckoutsOf(root), [{ root, name: 'shop' }], 'without git');
  await addWorktree(root, join(folder, 'trees/shop'));
  await git(root, 'worktree', 'add', '-q', '-b', 'fix', join(folder, 'shop-fix'));
  const found = await gitCheckoutsOf(join(root, 'app'));
  assert.deepEqual(found, [
    { root: join(root, 'app'), name: 'shop' },
    { root: join(folder, 'trees/shop/app'), name: 'shop:shop' },
    { root: join(folder, 'shop-fix/app'), name: 'shop-fix' },
  ]);
  await git(root, 'worktree', 'move', join(folder, 'shop-fix'), join(folder, 'moved'));
  assert.deepEqual(await opened.names(), ['shop', 'shop:shop', 'moved:shop-fix']);
  await git(root, 'worktree', 'remove', join(folder, 'moved'));
  assert.deepEqual(await opened.names(), ['shop', 'shop:shop']);
  // Approvals keep the names: a worktree keeps its own when another one with the same folder name goes.
  await git(root, 'worktree', 'add', '-q', '-b', 'a', join(folder, 'a/tax'));
  await git(root, 'worktree', 'add', '-q', '-b', 'b', join(folder, 'b/tax'));
  assert.deepEqual(await opened.names(), ['shop', 'shop:shop', 'tax', 'tax:tax1']);
  await git(root, 'worktree', 'remove', join(folder, 'a/tax'));
  assert.deepEqual(await opened.names(), ['shop', 'shop:shop', 'tax:tax1']);
  // Of a worktree there are no others: it is not the one that keeps the specs.
  assert.deepEqual(await opened.names(join(folder, 'trees/shop')), ['shop']);
});

test('a registration that the worktree does not name, or that is reached by a link, leads nowhere', async () => {
  await using opened = await openRepository();
  const { folder, root, names } = opened;
  await addWorktree(root, join(folder, 'shop-fix'));
  const other = join(folder, 'private');
  await writeFiles(other, { 'app/NOTES.md': '# Private\n' });
  await addWorktree(other, join(folder, 'private-fix'));

  // A folder of git that somebody has packed with the project.
  await writeFiles(root, {
    '.git/worktrees/a/gitdir': `${other}/.git\n`,
    '.git/worktrees/b/gitdir': `${join(folder, 'private-fix')}/.git\n`,
    '.git/worktrees/c/gitdir': `${other}/app\n`,
    '.git/worktrees/d/gitdir': '../../../../private-fix/.git\n',
  });
  await mkdir(join(root, '.git/worktrees/empty'));
  assert.deepEqual(await names(), ['shop', 'shop-fix']);
  await symlink(join(other, '.git/worktrees/private-fix'), join(root, '.git/worktrees/e'));
  assert.deepEqual(await names(), ['shop', 'shop-fix']);
  await rename(join(root, '.git/worktrees'), join(root, '.git/kept'));
  await symlink(join(other, '.git/worktrees'), join(root, '.git/worktrees'));
  assert.deepEqual(await names(), ['shop']);
  await rename(join(root, '.git'), join(root, 'kept'));
  await symlink(join(other, '.git'), join(root, '.git'));
  assert.deepEqual(await names(), ['shop'], 'the folder of git is a link');
});
