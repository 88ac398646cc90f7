/** Which files in a data folder are Sallyport's: an uninstall removes these and leaves all others. In a folder that no bridge has used, none is. */
import type { Dirent } from 'node:fs';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasCredentials } from '../data/data-folder.ts';
import { hasInstance } from '../data/instance.ts';
import { codeOf } from '../files/guard.ts';
import { protocol, protocolBefore } from '../keeper/wire.ts';

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
  'known-machines',
  'machine-key',
  'network',
  'nonces',
  'own-key',
  'own-sealing-key',
  'policy',
  'progress',
  'projects',
  'service-environment',
  'service-run',
  'sessions',
  'status',
];
/** With what is written beside a file: a fresh one, lines that could not be read, a reserve of disk space. */
const ownFile = new RegExp(
  `^(?:(?:${stems.join('|')})\\.jsonl?(?:\\.[\\w.-]+)?|lock(?:\\.[\\w.]+)?|service\\.log(?:\\.old)?)$`,
);
const keeperFile = /^(?:keeper\.(?:json(?:\.new)?|log)|lock(?:\.[\w.]+)?|s-[0-9a-f]{8})$/;
/** What its folders hold: a manifest for each project, what agents have asked for, what runs wrote and terminals showed, keys of sealed channels, where the keeper is. */
const ownFolders: ReadonlyMap<string, RegExp> = new Map([
  ['manifests', /^[A-Za-z0-9]{12}\.json(?:\.\d+\.new|\.damaged-\d+)?$/],
  ['agents', /^[0-9a-f]{64}\.json(?:\.\d+\.new)?$/],
  ['runs', /^[\w-]{1,64}\.(?:out|err)(?:-end)?$/],
  ['sealed', /^[\w-]{1,64}\.jsonl?(?:\.[\w.-]+)?$/],
  ['recordings', /^[\w-]{1,64}\.cast(?:-of-sealed)?$/],
  [`keeper-${protocol}`, keeperFile],
  [`keeper-${protocolBefore}`, keeperFile],
]);
/** They are removed last: they show whose folder it is, so that an uninstall that was cut off can be done again. */
const lastNames: readonly string[] = ['credentials.json', 'instance.json', 'lock'];

export interface FolderContent {
  /** Paths of files that are Sallyport's. */
  readonly own: readonly string[];
  readonly others: readonly string[];
}

/** What lies in a data folder; nothing where there is none, or no bridge has used it. */
export async function contentOf(folder: string): Promise<FolderContent> {
  if (!hasInstance(folder) && !hasCredentials(folder)) return { own: [], others: [] };
  const found = await entriesOf(folder);
  const isOwnFolder = (entry: Dirent) => entry.isDirectory() && ownFolders.has(entry.name);
  const parts = [
    partOf(
      found.filter((entry) => !isOwnFolder(entry)),
      ownFile,
    ),
  ];
  for (const { name } of found.filter(isOwnFolder))
    parts.push(partOf(await entriesOf(join(folder, name)), ownFolders.get(name)));
  return {
    own: parts.flatMap(({ own }) => own).toSorted(),
    others: parts.flatMap(({ others }) => others).toSorted(),
  };
}

function partOf(entries: readonly Dirent[], form: RegExp | undefined): FolderContent {
  const isOwn = (entry: Dirent) => !entry.isDirectory() && form?.test(entry.name) === true;
  const paths = (those: readonly Dirent[]) => those.map(({ parentPath, name }) => join(parentPath, name));
  return { own: paths(entries.filter(isOwn)), others: paths(entries.filter((entry) => !isOwn(entry))) };
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  return await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

/** Removes what is Sallyport's, and each folder where nothing else is in it. */
export async function removeOwn(folder: string): Promise<void> {
  const { own } = await contentOf(folder);
  const place = (path: string) => lastNames.indexOf(basename(path));
  for (const path of own.toSorted((one, other) => place(one) - place(other))) await rm(path, { force: true });
  // One that holds other files stays; so does one that is a link, or a disk of its own.
  for (const path of [...ownFolders.keys().map((name) => join(folder, name)), folder])
    await rmdir(path).catch(() => undefined);
}
