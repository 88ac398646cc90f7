/** What a project stands on at the moment: its root, the layouts in it, and what of it may not leave. */
import { stat, statfs } from 'node:fs/promises';
import { VERSION } from '#contract/version.ts';
import type { FormatReader } from '../formats/format.ts';
import type { NeverLeaves } from '../leaving/never-leaves.ts';
import { ignoreFile, type LeaveRules, openLeaveRules, uploadFile } from '../leaving/rules.ts';
import { inFolder, type VersionedLayout, versioned } from './describe.ts';

export interface Ground {
  /** Of the root: an empty mount point may stand in its place. */
  readonly identity: string;
  readonly layouts: readonly VersionedLayout[];
  readonly rules: LeaveRules;
  /** On a disk of this machine, and not one that may be away for minutes (NFS, SMB, FUSE). */
  readonly local: boolean;
  /** Why changes in it may go unseen where nobody looks; undefined where the system tells of them. */
  readonly silent: string | undefined;
}

/** `f_type` of file systems of Linux that live in this machine: ext, XFS, btrfs, tmpfs, overlay, F2FS, ZFS, bcachefs, ramfs, JFS, NILFS, eCryptfs, NTFS, exFAT, FAT. */
const localTypes: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0xf2f52010, 0x2fc12fc1, 0xca451a4e, 0x858458f6, 0x3153464a,
  0x3434, 0xf15f, 0x7366746e, 0x2011bab0, 0x4d44,
]);

/** Those that are met most often among the others. */
const silentNames: ReadonlyMap<number, string> = new Map([
  [0x01021997, '9p, as WSL mounts Windows drives'],
  [0x6969, 'NFS'],
  [0xff534d42, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x786f4256, 'a shared folder of VirtualBox'],
]);

/** Why a file system of this `f_type` tells nothing of changes, or not of all; undefined where it does. Only on Linux the type tells. Pure. */
export function silenceOf(platform: NodeJS.Platform, type: number): string | undefined {
  if (platform !== 'linux' || localTypes.has(type >>> 0)) return undefined;
  const name = silentNames.get(type >>> 0) ?? `of type 0x${(type >>> 0).toString(16)}`;
  return `its file system (${name}) does not tell of every change`;
}

/** The ground at `root` (absolute, real), or undefined if there is no such folder. What was kept in a format before keeps its layout, also while there is no file of it. */
export async function tryGround(
  root: string,
  readers: readonly FormatReader[],
  neverLeaves: NeverLeaves,
  before?: Ground,
): Promise<Ground | undefined> {
  const identity = await identityOf(root);
  if (identity === undefined) return undefined;
  const rules = await openLeaveRules(root, neverLeaves);
  const type = await statfs(root).then(
    (system) => system.type,
    () => 0,
  );
  const known = before?.identity === identity ? before.layouts : [];
  const found = await Promise.all(
    readers.map(async ({ format, detect, describeVersion }) => {
      const layout = await detect(root);
      return layout ? versioned(layout, describeVersion) : known.find((one) => one.layout.format === format);
    }),
  );
  return {
    identity,
    layouts: found.filter((layout) => layout !== undefined),
    rules,
    local: localTypes.has(type >>> 0),
    silent: silenceOf(process.platform, type),
  };
}

/** Tells a folder from another one at the same path; undefined where there is none. */
export async function identityOf(root: string): Promise<string | undefined> {
  const stats = await stat(root).catch(() => undefined);
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined;
}

/** Whether both are the same folder, to be watched in the same way. */
export function sameGround(a: Ground, b: Ground): boolean {
  return a.identity === b.identity && a.rules.text === b.rules.text && layoutsText(a) === layoutsText(b);
}

/** Text that differs where a file may be described otherwise. */
export function layoutsText({ layouts }: Ground): string {
  return JSON.stringify(
    layouts.map(({ layout: { format, folders, files, foreign, mainFile }, describe }) => [
      format,
      folders,
      files,
      foreign,
      mainFile,
      describe,
    ]),
  );
}

/** Text that differs where the same file may make another document, or none: by this project's rules, or by those of another release. */
export function descriptionText(ground: Ground): string {
  return JSON.stringify([VERSION, layoutsText(ground), ground.rules.text]);
}

/** Names at the top of a project under which a format begins; their coming is noticed at once. */
const landmarks = new Set(['specs', 'doc', 'docs', '.lean-spec', '.spec-workflow', '.spec-context']);

/** Whether a path names the project, or its own list of what leaves. */
function isRules(path: string): boolean {
  return path === '' || path === ignoreFile || path === uploadFile || path === '.sallyport';
}

/** Git's lists change what leaves, file by file. They are read again when they have come to rest: an emptied one is about to be written. */
export function isGitList(path: string): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

/** Whether something at `path` may matter: documents, what leads to them, and what changes the ground. */
export function mayMatter({ layouts, rules }: Ground, path: string): boolean {
  if (isRules(path) || isGitList(path) || landmarks.has(path)) return true;
  const near = layouts.some(
    ({ layout }) =>
      layout.files.some((file) => inFolder(file, path)) ||
      layout.folders.some((folder) => inFolder(path, folder) || inFolder(folder, path)),
  );
  // Whether it is a file or a folder is not known yet, and a folder may bear the name of a secret.
  return near && [false, true].some((folder) => rules.leftOut(path, folder) === undefined);
}

/** Whether a change at `path` may change the ground itself. */
export function isStructural({ layouts }: Ground, path: string): boolean {
  if (isRules(path) || landmarks.has(path)) return true;
  return layouts.some(
    ({ layout }) => layout.files.includes(path) || layout.folders.some((folder) => inFolder(folder, path)),
  );
}
