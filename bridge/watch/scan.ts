/** Walks a project's folders: finds files that may be documents, and what is left out and why. Opens no file. */
import { readdirSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { glanceAt } from '../files/read.ts';
import type { Layout } from '../formats/format.ts';
import type { LeaveRules } from '../leaving/rules.ts';
import { createPackedPaths, type PackedPaths, type PathSet } from '../packed/path-set.ts';
import { inFolder } from './describe.ts';
import type { Quick } from './quick.ts';

export interface LeftOut {
  readonly path: string;
  readonly rule: string;
}

export interface Scan {
  /** Paths of files, relative to the root. */
  readonly files: PathSet;
  readonly leftOut: LeftOut[];
  /** How a large project is listed sooner. */
  readonly sooner?: Sooner;
}

interface Sooner {
  readonly quick: Quick;
  /** Whether the same rules have found before that a file may leave. */
  readonly mayLeave: (path: string) => boolean;
}

/** What there is of a whole project. */
export interface WholeScan extends Scan {
  readonly files: PackedPaths;
}

const atOnce = 16;
/** After so many folders others may do something. */
const inARow = 128;

/** Everything below the layouts' folders, and their single files. */
export async function scanLayouts(
  root: string,
  layouts: readonly Layout[],
  rules: LeaveRules,
  sooner?: Sooner,
): Promise<WholeScan> {
  const scan: WholeScan = { files: createPackedPaths(), leftOut: [], ...(sooner && { sooner }) };
  const folders = outermost(layouts.flatMap((layout) => layout.folders));
  for (const folder of folders) {
    if (await isPlainFolder(root, folder, scan)) await scanFolder(root, folder, rules, scan);
  }
  for (const file of new Set(layouts.flatMap((layout) => layout.files))) {
    const glance = await glanceAt(root, file);
    if (glance.is === 'file' || glance.is === 'hidden') addFile(scan, rules, file);
  }
  return scan;
}

/** Everything below one folder, added to `scan`. */
export async function scanFolder(root: string, folder: string, rules: LeaveRules, scan: Scan): Promise<void> {
  const rule = rules.leftOut(folder, true);
  if (rule !== undefined) {
    scan.leftOut.push({ path: `${folder}/`, rule });
    return;
  }
  let level = [folder];
  while (level.length > 0) {
    const below: string[] = [];
    for (let first = 0; first < level.length; first += inARow) {
      await eachBounded(level.slice(first, first + inARow), atOnce, async (at) => {
        below.push(...(await listFolder(root, at, rules, scan)));
      });
      await immediate();
    }
    level = below;
  }
}

/** Adds a folder's files, and returns its folders. A folder that vanished or cannot be read has none. */
export async function listFolder(root: string, folder: string, rules: LeaveRules, scan: Scan): Promise<string[]> {
  const folders: string[] = [];
  for (const entry of await entriesOf(root, folder, scan)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile()) addFile(scan, rules, path);
    else if (!entry.isDirectory())
      scan.leftOut.push({ path, rule: entry.isSymbolicLink() ? 'a symbolic link' : 'no regular file' });
    else {
      const rule = rules.leftOut(path, true);
      if (rule === undefined) folders.push(path);
      else scan.leftOut.push({ path: `${path}/`, rule });
    }
  }
  return folders;
}

async function entriesOf(root: string, folder: string, scan: Scan) {
  const [path, options] = [join(root, folder), { withFileTypes: true }] as const;
  try {
    return scan.sooner?.quick.try(() => readdirSync(path, options)) ?? (await readdir(path, options));
  } catch (error) {
    noteClosed(scan, folder, error);
    return [];
  }
}

const closed = 'it cannot be listed';

/** Notes a folder that is there, or may be, and does not open. */
function noteClosed(scan: Scan, folder: string, error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return;
  scan.leftOut.push({ path: `${folder}/`, rule: `${closed} (${String(code)})` });
}

export function isClosed({ rule }: LeftOut): boolean {
  return rule.startsWith(closed);
}

/** The folders that a scan could not list. */
export function closedIn({ leftOut }: Scan): readonly string[] {
  return leftOut.filter(isClosed).map(({ path }) => path.slice(0, -1));
}

function addFile(scan: Scan, rules: LeaveRules, path: string): void {
  const rule = scan.sooner?.mayLeave(path) ? undefined : rules.leftOut(path, false);
  if (rule !== undefined) scan.leftOut.push({ path, rule });
  else if (scan.files.size >= limits.documentsPerMachineMax)
    scan.leftOut.push({ path, rule: `more than ${limits.documentsPerMachineMax} files` });
  else scan.files.add(path);
}

async function isPlainFolder(root: string, folder: string, scan: Scan): Promise<boolean> {
  try {
    const real = await realpath(join(root, folder));
    if (real.normalize() === join(root, folder).normalize()) return true;
    scan.leftOut.push({ path: `${folder}/`, rule: 'a symbolic link' });
    return false;
  } catch (error) {
    noteClosed(scan, folder, error);
    return false;
  }
}

function outermost(folders: readonly string[]): readonly string[] {
  const unique = [...new Set(folders)];
  return unique.filter((folder) => !unique.some((other) => other !== folder && inFolder(folder, other)));
}

/** Runs `task` over all items, `count` at a time. Rejects with the first failure. */
export async function eachBounded<Item>(
  items: Iterable<Item>,
  count: number,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  const runLane = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await task(next.value);
  };
  await Promise.all(Array.from({ length: count }, runLane));
}
