/** Git's ignore rules from the project's own files: `.gitignore` from the top of the checkout down, and `.git/info/exclude`. */
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type IgnoreList, readIgnoreList } from './ignore-list.ts';
import { readSettingFile } from './setting-file.ts';

export interface GitRules {
  /** Why git ignores a file of the project, or undefined. */
  ignored(path: string): Promise<string | undefined>;
  /** Lists that were refused so far, by their path in the checkout. */
  refused(): readonly { readonly path: string; readonly why: string }[];
}

/** How many folders upward we look for the top of a checkout. */
const levelsMax = 40;

/** What was read of a checkout so far. */
interface Checkout {
  /** Absolute. */
  readonly top: string;
  readonly exclude: Promise<IgnoreList>;
  /** The lists of folders. */
  readonly lists: Map<string, Promise<IgnoreList>>;
  /** Why folders are ignored. */
  readonly folders: Map<string, Promise<string | undefined>>;
  readonly refused: Map<string, string>;
}

/** The rules for the project at `root` (absolute, real); none where it lies in no checkout. Each list is read once, when it is first needed. */
export async function openGitRules(root: string): Promise<GitRules> {
  const top = await checkoutTop(root);
  if (top === undefined) return { ignored: async () => undefined, refused: () => [] };
  const prefix = relative(top, root).split(sep).join('/');
  const exclude = readIgnoreList(await gitFolder(top), excludeFile);
  const checkout: Checkout = { top, exclude, lists: new Map(), folders: new Map(), refused: new Map() };
  return {
    ignored: (path) => whyIgnored(checkout, joined(prefix, path)),
    refused: () => [...checkout.refused].map(([path, why]) => ({ path, why })),
  };
}

/** As git has it: nothing below an ignored folder comes back, and lists in there are not read. A folder's path ends in `/`. */
async function whyIgnored(checkout: Checkout, path: string): Promise<string | undefined> {
  const above = foldersAbove(path).at(-1);
  return (
    (above === undefined ? undefined : await whyFolderIgnored(checkout, above)) ?? (await whatListsSay(checkout, path))
  );
}

function whyFolderIgnored(checkout: Checkout, folder: string): Promise<string | undefined> {
  const { folders } = checkout;
  const asking = folders.get(folder) ?? whyIgnored(checkout, `${folder}/`);
  folders.set(folder, asking);
  return asking;
}

/** What the lists say of a path itself; the nearest has the last word. */
async function whatListsSay(checkout: Checkout, path: string): Promise<string | undefined> {
  let why: string | undefined;
  for (const { name, list: reading, below } of listsFor(checkout, path)) {
    const list = await reading;
    if ('refused' in list) {
      checkout.refused.set(name, list.refused);
      return `${name} is refused (${list.refused})`;
    }
    const found = list.rules.test(below);
    if (found.ignored) why = `${name}: ${found.rule?.pattern ?? 'a parent folder'}`;
    else if (found.unignored) why = undefined;
  }
  return why;
}

/** The lists that speak of a path, the nearest last, with the path as each of them sees it. */
function listsFor(checkout: Checkout, path: string) {
  return [
    { name: `.git/${excludeFile}`, list: checkout.exclude, below: path },
    ...['', ...foldersAbove(path)].map((folder) => ({
      name: joined(folder, '.gitignore'),
      list: listAt(checkout, folder),
      below: folder === '' ? path : path.slice(folder.length + 1),
    })),
  ];
}

function listAt({ top, lists }: Checkout, folder: string): Promise<IgnoreList> {
  const reading = lists.get(folder) ?? readIgnoreList(top, joined(folder, '.gitignore'));
  lists.set(folder, reading);
  return reading;
}

const excludeFile = 'info/exclude';

function joined(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`;
}

/** The folders that contain a path, the outermost first, without the top itself. */
function foldersAbove(path: string): readonly string[] {
  const parts = path.replace(/\/$/, '').split('/');
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'));
}

/** Git's folder that all worktrees share: `.git`, or the target of a worktree's file `.git`. Even if it is hostile: only rules are read from there. */
async function gitFolder(top: string): Promise<string> {
  const own = join(top, '.git');
  const pointer = await readSettingFile(top, '.git');
  const [, named] = /^gitdir: (.+)$/m.exec(pointer.is === 'text' ? pointer.text : '') ?? [];
  if (named === undefined) return own;
  const folder = await realpath(resolve(top, named.trim())).catch(() => own);
  const common = await readSettingFile(folder, 'commondir');
  const shared = common.is === 'text' ? resolve(folder, common.text.trim()) : folder;
  return await realpath(shared).catch(() => own);
}

/** The top of the checkout in which a folder (absolute, real) lies; undefined without git. */
export async function checkoutTop(root: string): Promise<string | undefined> {
  let at = root;
  for (let level = 0; level < levelsMax; level++) {
    const found = await lstat(join(at, '.git')).catch(() => undefined);
    if (found !== undefined) return at;
    const above = dirname(at);
    if (above === at) return undefined;
    at = above;
  }
  return undefined;
}
