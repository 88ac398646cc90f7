/** What never leaves the machine: the built-in list, and what the project's `.sallyportignore` names in the syntax of .gitignore. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import ignore from 'ignore';
import * as v from 'valibot';
import { Path } from '#contract/document.ts';
import { Problem } from '#contract/problems.ts';

/** Name of the project's own list. */
export const ignoreFile = '.sallyportignore';

const ignoreFileBytesMax = 1024 * 1024;

export interface LeaveRules {
  /** Why a path stays here, or undefined if it may leave. */
  leftOut(path: string, folder: boolean): string | undefined;
  /** The text of the list, to tell a change. */
  readonly text: string;
}

/** The rules of the project at `root`. Throws Problem `file-failed` if there is a list that cannot be read: then nothing may leave. */
export async function openLeaveRules(root: string, neverLeaves: (path: string) => boolean): Promise<LeaveRules> {
  const text = await readIgnoreFile(join(root, ignoreFile));
  const own = ignore({ allowRelativePaths: false }).add(text);
  return {
    text,
    leftOut: (path, folder) => {
      if (path === '') return undefined;
      if (neverLeaves(path)) return 'it never leaves the machine (built-in list)';
      if (!v.is(Path, path)) return 'its name cannot be carried';
      const found = own.test(folder ? `${path}/` : path);
      return found.ignored ? `${ignoreFile}: ${found.rule?.pattern ?? 'a parent folder'}` : undefined;
    },
  };
}

async function readIgnoreFile(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > ignoreFileBytesMax) throw new Error(`${ignoreFile} is larger than ${ignoreFileBytesMax} bytes`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new Problem('file-failed', `${ignoreFile} cannot be read, so nothing of the project leaves.`, {}, error);
  }
}
