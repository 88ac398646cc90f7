/** Which files in a data folder are Sallyport's: an uninstall removes these and leaves all others. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/guard.ts';

const stems = [
  'acknowledged',
  'approvals',
  'audit',
  'audit-head',
  'credentials',
  'device-keys',
  'discovery-secret',
  'instance',
  'journal',
  'network',
  'nonces',
  'own-key',
  'policy',
  'progress',
  'projects',
  'service-environment',
  'service-run',
  'status',
];
/** With what is written beside a file: a fresh one, lines that could not be read, a reserve of disk space. */
const ownFile = new RegExp(
  `^(?:(?:${stems.join('|')})\\.jsonl?(?:\\.[\\w.]+)?|lock(?:\\.[\\w.]+)?|service\\.log(?:\\.old)?)$`,
);
const ownFolders: ReadonlySet<string> = new Set(['manifests', 'agents']);
const doctorFolder = /^\.doctor-\w+$/;

export interface FolderContent {
  /** Paths that are Sallyport's. */
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** What lies in a data folder; nothing where there is none. */
export async function contentOf(folder: string): Promise<FolderContent> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  const isOwn = (entry: (typeof found)[number]) =>
    entry.isDirectory() ? ownFolders.has(entry.name) || doctorFolder.test(entry.name) : ownFile.test(entry.name);
  const paths = (those: typeof found) => those.map(({ name }) => join(folder, name)).toSorted();
  return { own: paths(found.filter(isOwn)), others: paths(found.filter((entry) => !isOwn(entry))) };
}

/** Removes what is Sallyport's, and the folder where nothing else is in it. */
export async function removeOwn(folder: string): Promise<void> {
  for (const path of (await contentOf(folder)).own) await rm(path, { recursive: true, force: true });
  await rmdir(folder).catch((error: unknown) => {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw error;
  });
}
