/** The path guard: goes from a project's root to the folder of a known document, one folder at a time and never through a link. On Linux the folder stays open and is addressed by its descriptor, so that replacing a parent has no effect. Elsewhere the real path is compared, which leaves a gap between check and use. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { Path } from '#contract/document.ts';
import { Problem } from '#contract/problems.ts';

/** An open folder: `at` names an entry of it for any file call, as long as it is open. */
export interface GuardedFolder extends AsyncDisposable {
  at(name: string): string;
  /** Syncs the folder, so that changes in it survive a power cut. */
  sync(): Promise<void>;
}

const folderOnly = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The folder and name of a path. Throws Problem `path-refused` if it is not a path inside a project. */
export function splitPath(path: string): { readonly folder: readonly string[]; readonly name: string } {
  if (!v.safeParse(Path, path).success)
    throw new Problem('path-refused', `"${path.slice(0, 100)}" is not a path inside the project.`);
  const parts = path.split('/');
  return { folder: parts.slice(0, -1), name: parts.at(-1) ?? '' };
}

/** Opens a folder of the project at `root` (absolute, real); `make` creates missing folders. Throws Problem `path-refused` if the path leads through a link or a file, `file-failed` with the cause otherwise. */
export async function openGuardedFolder(root: string, parts: readonly string[], make = false): Promise<GuardedFolder> {
  return process.platform === 'linux'
    ? await openByDescriptor(root, parts, make)
    : await openByRealPath(root, parts, make);
}

async function openByDescriptor(root: string, parts: readonly string[], make: boolean): Promise<GuardedFolder> {
  let handle = await openFolder(root, root);
  for (const part of parts) {
    const inner = `/proc/self/fd/${handle.fd}/${part}`;
    try {
      if (make) await makeFolder(inner);
      const next = await openFolder(inner, part);
      await handle.close();
      handle = next;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }
  const folder = handle;
  return {
    at: (name) => `/proc/self/fd/${folder.fd}/${name}`,
    sync: () => folder.sync(),
    [Symbol.asyncDispose]: () => folder.close(),
  };
}

async function openFolder(path: string, name: string): Promise<FileHandle> {
  try {
    return await open(path, folderOnly);
  } catch (error) {
    throw refusedOrFailed(error, name);
  }
}

async function openByRealPath(root: string, parts: readonly string[], make: boolean): Promise<GuardedFolder> {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    if (make) await makeFolder(path);
    const stats = await lstat(path).catch((error: unknown) => {
      throw refusedOrFailed(error, part);
    });
    if (!stats.isDirectory()) throw new Problem('path-refused', `"${part}" is no folder of the project.`);
  }
  if ((await realpath(path)) !== path) throw new Problem('path-refused', 'The folder is reached through a link.');
  return { at: (name) => join(path, name), sync: async () => {}, [Symbol.asyncDispose]: async () => {} };
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw fileFailed(error);
  });
}

function refusedOrFailed(error: unknown, name: string): Problem {
  const code = codeOf(error);
  if (code === 'ELOOP' || code === 'ENOTDIR')
    return new Problem('path-refused', `"${name}" is a link or no folder.`, {}, error);
  if (code === 'ENOENT') return new Problem('conflict', `The folder "${name}" is not there any more.`, {}, error);
  return fileFailed(error);
}

/** The system's code of a failed file call ("ENOSPC"), if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

/** Whether the cause is that the file system has no hard links. */
export function knowsNoLinks(error: unknown): boolean {
  return ['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(codeOf(error) ?? '');
}

const causes: Readonly<Record<string, string>> = {
  EACCES: 'The bridge has no permission there.',
  EPERM: 'The bridge has no permission there.',
  EROFS: 'The file system is read-only.',
  ENAMETOOLONG: 'The name is too long.',
  EMFILE: 'Too many files are open.',
};

const spaceCauses: Readonly<Record<string, string>> = {
  ENOSPC: 'There is no space left on the disk.',
  EDQUOT: 'The disk quota is used up.',
  EFBIG: 'The file has reached the size that the system allows.',
};

/** A failed file call as a problem (`no-space`, `file-failed`) whose detail names the cause. */
export function fileFailed(error: unknown): Problem {
  const code = codeOf(error) ?? '';
  const noSpace = spaceCauses[code];
  if (noSpace !== undefined) return new Problem('no-space', noSpace, {}, error);
  return new Problem('file-failed', causes[code] ?? `The system says ${code || String(error)}.`, {}, error);
}
