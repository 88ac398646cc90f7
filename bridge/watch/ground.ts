/** What a project stands on at the moment: its root, the layouts in it, and what of it may not leave. */
import { stat, statfs } from 'node:fs/promises';
import type { FormatReader } from '../formats/format.ts';
import { ignoreFile, type LeaveRules, openLeaveRules, uploadFile } from '../leaving/rules.ts';
import { inFolder, type VersionedLayout } from './describe.ts';

export interface Ground {
  /** Tells the root from another folder that stands in its place (an empty mount point). */
  readonly identity: string;
  readonly layouts: readonly VersionedLayout[];
  readonly rules: LeaveRules;
  /** On a disk of this machine, and not one that may be away for minutes (NFS, SMB, FUSE). */
  readonly local: boolean;
}

/** `f_type` of file systems of Linux that live in this machine: ext, XFS, btrfs, tmpfs, overlay, F2FS, ZFS, bcachefs. */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e,
]);

/** The ground at `root` (absolute, real), or undefined if there is no such folder. What was kept in a format before keeps its layout, also while there is no file of it. */
export async function tryGround(
  root: string,
  readers: readonly FormatReader[],
  neverLeaves: (path: string) => boolean,
  before?: Ground,
): Promise<Ground | undefined> {
  const stats = await stat(root).catch(() => undefined);
  if (stats === undefined || !stats.isDirectory()) return undefined;
  const rules = await openLeaveRules(root, neverLeaves);
  const type = await statfs(root).then(
    (system) => system.type,
    () => 0,
  );
  const identity = `${stats.dev}:${stats.ino}`;
  const known = before?.identity === identity ? before.layouts : [];
  const found = await Promise.all(
    readers.map(async ({ format, detect, describeVersion }) => {
      const layout = await detect(root);
      return layout ? { layout, describe: describeVersion } : known.find((one) => one.layout.format === format);
    }),
  );
  return {
    identity,
    layouts: found.filter((layout) => layout !== undefined),
    rules,
    local: localTypes.has(type >>> 0),
  };
}

/** Whether both are the same folder, to be watched in the same way. */
export function sameGround(a: Ground, b: Ground): boolean {
  return a.identity === b.identity && a.rules.text === b.rules.text && layoutsText(a) === layoutsText(b);
}

/** Text that differs where a file may be described otherwise. */
export function layoutsText({ layouts }: Ground): string {
  return JSON.stringify(
    layouts.map(({ layout: { format, folders, files }, describe }) => [format, folders, files, describe]),
  );
}

/** Names at the top of a project under which a format begins; their coming is noticed at once. */
const landmarks = new Set(['specs', 'doc', 'docs', '.lean-spec', '.spec-workflow', '.spec-context']);

/** Whether a path names the project, or a list of what leaves. */
function isRules(path: string): boolean {
  return path === '' || path === ignoreFile || path === uploadFile || path === '.sallyport' || isGitList(path);
}

/** Git's lists change what leaves, file by file. */
export function isGitList(path: string): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

/** Whether something at `path` may matter: documents, what leads to them, and what changes the ground. */
export function mayMatter({ layouts, rules }: Ground, path: string): boolean {
  if (isRules(path) || landmarks.has(path)) return true;
  const near = layouts.some(
    ({ layout }) =>
      layout.files.some((file) => inFolder(file, path)) ||
      layout.folders.some((folder) => inFolder(path, folder) || inFolder(folder, path)),
  );
  return near && rules.leftOut(path, false) === undefined;
}

/** Whether a change at `path` may change the ground itself. */
export function isStructural({ layouts }: Ground, path: string): boolean {
  if (isRules(path) || landmarks.has(path)) return true;
  return layouts.some(
    ({ layout }) => layout.files.includes(path) || layout.folders.some((folder) => inFolder(folder, path)),
  );
}
