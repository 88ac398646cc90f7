/** Reads a file as people who decide on it may see it: through the path guard, and only what may leave the machine. Decisions keep its text in a snapshot, which is uploaded. */
import { limits } from '#contract/limits.ts';
import { glanceAt, readAt } from '../files/read.ts';
import type { Classified, Layout } from '../formats/format.ts';
import { neverLeaves } from '../leaving/never-leaves.ts';
import { type LeaveRules, openLeaveRules } from '../leaving/rules.ts';
import type { Project } from '../projects/project.ts';

/** A file as it was read, or in one sentence why nobody sees it, and whether there is none. */
export type Showable =
  | { readonly rev: string; readonly mtime: number; readonly bytes: Uint8Array }
  | { readonly why: string; readonly isAbsent?: boolean };

/** Where a file lies, and all rules that it must pass. */
export interface Shelf {
  /** Absolute real path. */
  readonly root: string;
  readonly layouts: readonly Pick<Layout, 'classify'>[];
  readonly rules: readonly LeaveRules[];
}

/** The shelf of a project's own folder: with the rules that apply, and with those on the disk, which may be about to apply. */
export async function openShelf({ root, layouts, rules }: Pick<Project, 'root' | 'layouts' | 'rules'>): Promise<Shelf> {
  const onDisk = await openLeaveRules(root, neverLeaves);
  return { root, layouts, rules: rules === undefined ? [onDisk] : [rules, onDisk] };
}

/** The file at a path of the project. */
export async function readShowable({ root, layouts, rules }: Shelf, path: string): Promise<Showable> {
  const classified = classify(layouts, path);
  const leftOut = await whyLeftOut(rules, path, classified);
  if (leftOut !== undefined) {
    const isAbsent = (await glanceAt(root, path)).is === 'absent';
    return { why: `It stays on the machine: ${leftOut}.`, isAbsent };
  }
  const read = await readAt(root, path, limits.documentBodyBytesMax);
  if (read.is === 'absent') return { why: 'It is not there.', isAbsent: true };
  if (read.is === 'folder') return { why: 'It is a folder.' };
  if (read.is !== 'file' || !('rev' in read) || read.bytes === undefined)
    return { why: `It is not read: ${'why' in read ? read.why : read.is}.` };
  const { rev, mtime, bytes } = read;
  const withheld = rules.map((each) => each.withheld(path, classified, bytes)).find((why) => why !== undefined);
  return withheld === undefined ? { rev, mtime, bytes } : { why: withheld };
}

type Sort = Pick<Classified, 'kind' | 'reviewed'>;

/** As in the index: git's lists count only for files that no format knows and nobody asks about. */
async function whyLeftOut(rules: Shelf['rules'], path: string, { kind, reviewed }: Sort): Promise<string | undefined> {
  for (const each of rules) {
    const why = each.leftOut(path, false);
    const byGit = why === undefined && kind === 'file' && reviewed !== true ? await each.gitLeftOut(path) : undefined;
    if (why !== undefined || byGit !== undefined) return why ?? byGit;
  }
  return undefined;
}

/** A file that no format knows is in the index because an approval asks about it. */
function classify(layouts: Shelf['layouts'], path: string): Sort {
  for (const layout of layouts) {
    const found = layout.classify(path);
    if (found !== undefined) return found;
  }
  return { kind: 'file', reviewed: true };
}
