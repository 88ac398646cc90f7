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

/** The rules for the project at `root` (absolute, real); none outside a checkout. Each list is read once, when it is first needed. */
export async function openGitRules(root: string): Promise<GitRules> {
  const top = await topOf(root);
  if (top === undefined) return { ignored: async () => undefined, refused: () => [] };
  const prefix = relative(top, root).split(sep).join('/');
  const exclude = readIgnoreList(await gitFolder(top), excludeFile);
  const lists = new Map<string, Promise<IgnoreList>>();
  const folders = new Map<string, Promise<string | undefined>>();
  const refused = new Map<string, string>();
  const listAt = (folder: string) => {
    const reading = lists.get(folder) ?? readIgnoreList(top, joined(folder, '.gitignore'));
    lists.set(folder, reading);
    return reading;
  };

  /** The lists that apply to a path, the nearest last, each with the path relative to it. */
  const listsFor = (path: string) => [
    { name: `.git/${excludeFile}`, list: exclude, below: path },
    ...['', ...foldersAbove(path)].map((folder) => ({
      name: joined(folder, '.gitignore'),
      list: listAt(folder),
      below: folder === '' ? path : path.slice(folder.length + 1),
    })),
  ];
  /** The decision of the lists on the path itself; a folder's path ends in `/`. */
  const said = async (path: string) => {
    let why: string | undefined;
    for (const { name, list: reading, below } of listsFor(path)) {
      const list = await reading;
      if ('refused' in list) {
        refused.set(name, list.refused);
        return `${name} is refused (${list.refused})`;
      }
      const found = list.rules.test(below);
      if (found.ignored) why = `${name}: ${found.rule?.pattern ?? 'a parent folder'}`;
      else if (found.unignored) why = undefined;
    }
    return why;
  };
  /** As in git: nothing below an ignored folder can be included again, and lists in there are not read. */
  const folderIgnored = (folder: string): Promise<string | undefined> => {
    const found = folders.get(folder);
    if (found !== undefined) return found;
    const above = foldersAbove(folder).at(-1);
    const asking = (async () =>
      (above === undefined ? undefined : await folderIgnored(above)) ?? (await said(`${folder}/`)))();
    folders.set(folder, asking);
    return asking;
  };

  return {
    ignored: async (path) => {
      const whole = joined(prefix, path);
      const above = foldersAbove(whole).at(-1);
      return (above === undefined ? undefined : await folderIgnored(above)) ?? (await said(whole));
    },
    refused: () => [...refused].map(([path, reason]) => ({ path, why: reason })),
  };
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

async function topOf(root: string): Promise<string | undefined> {
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
