/** Reads settings and lists of a project, which may be hostile: only a regular file of at most 64 KiB, never through a link, and never blocking (as a FIFO would). */
import { limits } from '#contract/limits.ts';
import { readAt } from '../files/read.ts';

/** The text of such a file, or in `refused` why it was not read. */
export type SettingFile =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'absent' }
  | { readonly is: 'refused'; readonly why: string };

/** Reads the file at a path of the project at `root` (absolute, real). */
export async function readSettingFile(root: string, path: string): Promise<SettingFile> {
  const read = await readAt(root, path, limits.settingFileBytesMax);
  if (read.is === 'absent') return { is: 'absent' };
  if (read.is === 'folder') return { is: 'refused', why: 'it is a folder' };
  if ('why' in read) return { is: 'refused', why: read.why };
  return { is: 'text', text: 'rev' in read ? (read.bytes?.toString('utf8') ?? '') : '' };
}
