/** The bridge's data folder: relay and key, projects with their ids, the last acknowledged batch. It also contains the journal and policy.json, which `commands/` reads. */
import { readFileSync } from 'node:fs';
import { access, constants, mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { Acknowledged } from '#contract/bridge.ts';
import { Id } from '#contract/document.ts';
import { parseKey } from '#contract/key.ts';
import { UsageError } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { RelayKey } from '#contract/relay-identity.ts';
import { codeOf } from '../files/guard.ts';
import { createKeptProjects, type ProjectKept } from './kept-projects.ts';
import { readKept, readParsed, replaceKept, writePrivate } from './private-file.ts';

const Credentials = v.object({
  url: v.string(),
  key: v.optional(v.string()),
  keyFile: v.optional(v.string()),
  /** This machine's id at the relay. */
  machine: v.optional(Id),
  /** The relay's identity key, from the login or the first connection. */
  relayKey: v.optional(RelayKey),
});
export type Credentials = v.InferOutput<typeof Credentials>;

export interface DataFolder {
  readonly path: string;
  credentials(): Credentials | undefined;
  keepCredentials(credentials: Credentials): Promise<void>;
  forgetCredentials(): Promise<void>;
  /** This machine's id: as this life of the bridge has learned it, or an earlier one. */
  machine(): string | undefined;
  /** Stores what a connection has shown: this machine's id, and the relay's identity key. Known values are not replaced. */
  keepLearned(learned: Pick<Credentials, 'machine' | 'relayKey'>): Promise<void>;
  /** All projects that were ever watched or added, except removed ones. Read from the file each time, because other processes of the command write it too. */
  projects(): readonly ProjectKept[];
  /** Roots that were removed. */
  removed(): readonly string[];
  /** Those of them that the command project-remove removed. */
  removedByCommand(): readonly ProjectKept[];
  /** Stores settings of a root; a new root gets an id. */
  keepProject(root: string, said: Partial<Omit<ProjectKept, 'id' | 'root'>>): Promise<ProjectKept>;
  removeProject(root: string, by?: 'command'): Promise<void>;
  acknowledged(): Acknowledged | null;
  keepAcknowledged(acknowledged: Acknowledged): Promise<void>;
}

/** The data folder on this platform: beside the relay of `npm start`, or SALLYPORT_DATA. */
export function defaultDataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
  home: string = env.HOME || homedir(),
): string {
  if (env.SALLYPORT_DATA) return resolve(env.SALLYPORT_DATA, 'bridge');
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'Sallyport', 'bridge');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Sallyport', 'bridge');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'sallyport', 'bridge');
}

/** Opens the data folder at `path`, and creates it if missing; does not take its lock. A torn file of what may be forgotten counts as absent; of another one, reading it throws DamagedFile. Throws a UsageError if it cannot be a folder, or if this user may not read all of it: what another user has kept there is not to be lost. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    // Node says of a folder that cannot be made on a read-only file system that it is not there.
    const isClosed = await isReadOnly(dirname(path));
    const why = isClosed ? 'its file system is read-only' : reasonOf(cause);
    throw new UsageError(`${path} cannot be the data folder: ${why}. Choose another with --data.`, { cause });
  }
  const closed = await closedIn(path);
  if (closed !== undefined)
    throw new UsageError(`${closed} cannot be read by this user. Check who owns it, and the data folder.`);
  const files = {
    credentials: credentialsFile(path),
    acknowledged: join(path, 'acknowledged.json'),
  };
  const projects = createKeptProjects(join(path, 'projects.json'), () => keyIn(files.credentials));
  const credentials = () => readCredentials(path);
  let machine: string | undefined;
  const keepCredentials = async (kept: Credentials) => {
    // As in JSON, undefined members are absent.
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(kept)), readParsed(files.credentials, Credentials))) return;
    await replaceKept(files.credentials, Credentials, `${JSON.stringify(kept)}\n`);
  };
  return {
    path,
    credentials,
    keepCredentials,
    machine: () => machine ?? credentials()?.machine,
    keepLearned: async (learned) => {
      machine = learned.machine;
      const kept = credentials();
      if (kept === undefined) return;
      const next = { ...learned, ...kept };
      if (!isDeepStrictEqual(next, kept)) await keepCredentials(next);
    },
    forgetCredentials: () => rm(files.credentials, { force: true }),
    projects: () => projects.all().filter(({ removed }) => removed !== true),
    removed: () => projects.all().flatMap(({ root, removed }) => (removed === true ? [root] : [])),
    removedByCommand: () => projects.all().filter(({ removedByCommand }) => removedByCommand === true),
    keepProject: (root, said) =>
      projects.change(root, ({ removed: _, removedByCommand: __, ...project }) => ({ ...project, ...said })),
    removeProject: async (root, by) => {
      await projects.change(root, ({ added: _, removedByCommand: __, ...project }) => ({
        ...project,
        removed: true,
        ...(by === 'command' && { removedByCommand: true }),
      }));
    },
    acknowledged: () => readParsed(files.acknowledged, Acknowledged) ?? null,
    keepAcknowledged: (acknowledged) =>
      writePrivate(files.acknowledged, `${JSON.stringify(acknowledged)}\n`, { flush: false }),
  };
}

/** Whether a folder, or the nearest one above it that is there, lies on a file system that is read-only. */
async function isReadOnly(folder: string): Promise<boolean> {
  const code = await access(folder, constants.W_OK).then(() => undefined, codeOf);
  return code === 'EROFS' || (code === 'ENOENT' && folder !== dirname(folder) && (await isReadOnly(dirname(folder))));
}

/** The folder, or the first file or folder in it, that this user may not read. */
async function closedIn(folder: string): Promise<string | undefined> {
  const names = await readdir(folder).catch(() => []);
  const readable = (name: string) =>
    access(join(folder, name), constants.R_OK).then(
      () => true,
      (error: unknown) => codeOf(error) !== 'EACCES',
    );
  for (const name of ['.', ...names.sort()]) if (!(await readable(name))) return join(folder, name);
  return undefined;
}

/** The relay and key in a data folder; does not create the folder. Throws DamagedFile. */
export function readCredentials(folder: string): Credentials | undefined {
  return readKept(credentialsFile(folder), Credentials, {
    unknown: 'which relay this machine is linked to, and with which key',
    says: 'Bring back a copy of it, or link this machine again:',
    copy: 'sallyport login https://RELAY',
  });
}

/** The key that credentials name; undefined where there is none, or it cannot be read. */
function keyIn(file: string): string | undefined {
  const { key, keyFile } = readParsed(file, Credentials) ?? {};
  if (keyFile === undefined) return key;
  try {
    return readKeyFile(keyFile).key;
  } catch {
    return undefined;
  }
}

/** Whether a file in a folder names a relay and a machine of Sallyport. */
export function hasCredentials(folder: string): boolean {
  const { key, keyFile, machine } = readParsed(credentialsFile(folder), Credentials) ?? {};
  return (key !== undefined && parseKey(key) === 'spm') || keyFile !== undefined || machine !== undefined;
}

function credentialsFile(folder: string): string {
  return join(folder, 'credentials.json');
}

/** The key in a file, without the white space around it, and the relay's identity key from a line `relay …` after it. Throws the file system's error. */
export function readKeyFile(path: string): { readonly key: string; readonly relayKey?: string } {
  const [key = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const relayKey = lines.map((line) => /^relay (\S+)$/.exec(line.trim())?.[1]).find((found) => v.is(RelayKey, found));
  return { key: key.trim(), ...(relayKey === undefined ? {} : { relayKey }) };
}
