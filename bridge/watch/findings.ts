/** The findings of a look at a project. */
import { lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gitFolderNamed } from '../files/git-branch.ts';
import type { Finding } from '../formats/finding.ts';
import type { Layout } from '../formats/format.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import { isClosed, type LeftOut } from './scan.ts';

interface Seen {
  readonly root: string;
  readonly layouts: readonly Layout[];
  readonly rules: LeaveRules;
  readonly leftOut: readonly LeftOut[];
}

/** All findings of one look at a project. */
export async function findingsOf(seen: Seen): Promise<readonly Finding[]> {
  const own = seen.layouts.flatMap(({ findings = [] }) => findings);
  const found = [linked(seen), unreadable(seen), secondNames(seen), refused(seen), await elsewhere(seen)];
  return [...own, ...found].filter((finding) => finding !== undefined);
}

function linked({ root, layouts, leftOut }: Seen): Finding | undefined {
  const folders = new Set(layouts.flatMap((layout) => layout.folders));
  const link = leftOut.find(({ path, rule }) => rule === 'a symbolic link' && folders.has(path.replace(/\/$/, '')));
  if (link === undefined) return undefined;
  return {
    topic: 'folder-is-a-link',
    title: `${link.path} is a symbolic link, so nothing below it is read.`,
    hint: `Add the folder that it points to as a project of its own (sallyport projects add FOLDER), or move it into ${root}.`,
  };
}

function unreadable({ leftOut }: Seen): Finding | undefined {
  return some(
    'folder-unreadable',
    leftOut.filter(isClosed),
    'cannot be read',
    'Give the user of the bridge the right to read and enter it.',
  );
}

function secondNames({ leftOut }: Seen): Finding | undefined {
  const files = leftOut.filter(({ rule }) => rule.includes('hard link'));
  const hint = 'Copy the file over itself (cp FILE NEW, then mv NEW FILE), so that it has one name only.';
  return some('hard-links', files, 'has a second name (a hard link) and is not read', hint);
}

function refused({ rules }: Seen): Finding | undefined {
  const lists = rules.refused().map(({ path, why }) => ({ path, rule: why }));
  const [first] = lists;
  const hint = `Make it a plain file of at most 64 KiB (${first?.rule}). Until then, what it speaks of stays on this machine.`;
  return some('list-refused', lists, 'is refused', hint);
}

/** One sentence about the first, with how many more there are. */
function some(topic: Finding['topic'], items: readonly LeftOut[], what: string, hint: string): Finding | undefined {
  const [first] = items;
  if (first === undefined) return undefined;
  const more = items.length > 1 ? ` (and ${items.length - 1} more)` : '';
  return { topic, title: `${first.path}${more} ${what}.`, hint };
}

/** A worktree of git: the tool keeps `.spec-workflow` in the main checkout. */
async function elsewhere({ root, layouts }: Seen): Promise<Finding | undefined> {
  if (layouts.some(({ format }) => format === 'spec-workflow')) return undefined;
  const main = await mainCheckout(root);
  if (main === undefined || !(await isFolder(join(main, '.spec-workflow')))) return undefined;
  return {
    topic: 'specs-elsewhere',
    title: `This is a git worktree; its .spec-workflow lies in ${main}.`,
    hint: `Watch that checkout too: sallyport projects add ${main}`,
  };
}

/** The main checkout of the worktree at a folder (absolute); undefined where it is none. `.git` of a worktree is a file that names `<main>/.git/worktrees/<name>`. */
export async function mainCheckout(root: string): Promise<string | undefined> {
  const folder = await gitFolderNamed(root);
  if (folder === undefined) return undefined;
  const worktrees = dirname(folder);
  return worktrees.endsWith(join('.git', 'worktrees')) ? dirname(dirname(worktrees)) : undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return await lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
