/** Worktrees of git, as people and agents make them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs git in a folder, as somebody whose settings do not matter. */
export async function git(folder: string, ...words: string[]): Promise<void> {
  await run('git', ['-C', folder, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...words]);
}

/** Makes a repository of the files in a folder, with a worktree at `tree` on a branch of its own. */
export async function addWorktree(root: string, tree: string, branch = 'feat/tax'): Promise<void> {
  await git(root, 'init', '-q', '-b', 'main');
  await git(root, 'add', '-A');
  await git(root, 'commit', '-q', '-m', 'First');
  await git(root, 'worktree', 'add', '-q', '-b', branch, tree);
}
