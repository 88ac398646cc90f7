/** Git's ignore rules, as far as a project's own files say them: `.gitignore` from the top of the checkout down, and `.git/info/exclude`. */
import { lstat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { type IgnoreList, readIgnoreList } from './ignore-list.ts';

export interface GitRules {
  /** Why git ignores a file of the project, or undefined. */
  ignored(path: string): Promise<string | undefined>;
  /** Lists that were refused so far, by their path in the checkout. */
  refused(): readonly { readonly path: string; readonly why: string }[];
}

/** How far up a checkout is looked for. */
const levelsMax = 40;

/** The rules for the project at `root` (absolute, real); none where it lies in no checkout. Each list is read once, when it is first needed. */
export async function openGitRules(root: string): Promise<GitRules> {
  const top = await topOf(root);
  if (top === undefined) return { ignored: async () => undefined, refused: () => [] };
  const prefix = relative(top, root).split(sep).join('/');
  const lists = new Map<string, Promise<IgnoreList>>();
  const refused = new Map<string, string>();
  const listAt = (path: string) => {
    const reading = lists.get(path) ?? readIgnoreList(top, path);
    lists.set(path, reading);
    return reading;
  };
  return {
    ignored: async (path) => {
      const whole = prefix === '' ? path : `${prefix}/${path}`;
      let why: string | undefined;
      for (const { list: name, below } of listsFor(whole)) {
        const list = await listAt(name);
        if ('refused' in list) {
          refused.set(name, list.refused);
          return `${name} is refused (${list.refused})`;
        }
        const found = list.rules.test(below);
        if (found.ignored) why = `${name}: ${found.rule?.pattern ?? 'a parent folder'}`;
        else if (found.unignored) why = undefined;
      }
      return why;
    },
    refused: () => [...refused].map(([path, reason]) => ({ path, why: reason })),
  };
}

/** The lists that speak of a path, the nearest last, with the path as each of them sees it. */
function listsFor(path: string): readonly { readonly list: string; readonly below: string }[] {
  const parts = path.split('/');
  const nested = parts.map((_, depth) => ({
    list: [...parts.slice(0, depth), '.gitignore'].join('/'),
    below: parts.slice(depth).join('/'),
  }));
  return [{ list: '.git/info/exclude', below: path }, ...nested];
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
