/** The bridge's data folder: relay and key, projects with their ids, the last acknowledged batch. It also contains the journal and policy.json, which `commands/` reads. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { Acknowledged } from '#contract/bridge.ts';
import { Id, Name, OpenName } from '#contract/document.ts';
import { base62FromBytes } from '#contract/key.ts';
import { UsageError } from '#contract/options.ts';
import { RelayKey } from '#contract/relay-identity.ts';
import { readJson, writePrivate } from './private-file.ts';

const ProjectKept = v.object({
  id: Id,
  /** Absolute real path. */
  root: v.string(),
  name: Name,
  /** The formats that it last had. They are announced while the folder is away. */
  formats: v.array(OpenName),
  /** Added with `projects add`, so part of every run without arguments. */
  added: v.optional(v.boolean()),
  /** Removed with `projects rm`: neither watched nor offered, until it is added again. */
  removed: v.optional(v.boolean()),
});
export type ProjectKept = v.InferOutput<typeof ProjectKept>;

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
  /** Stores what a connection has shown: this machine's id, and the relay's identity key. Known values are not replaced. */
  keepLearned(learned: Pick<Credentials, 'machine' | 'relayKey'>): Promise<void>;
  /** All projects that were ever watched or added, except removed ones. Read from the file each time, because other processes of the command write it too. */
  projects(): readonly ProjectKept[];
  /** Roots that were removed. */
  removed(): readonly string[];
  /** Stores settings of a root; a new root gets an id. */
  keepProject(root: string, said: Partial<Omit<ProjectKept, 'id' | 'root'>>): Promise<ProjectKept>;
  removeProject(root: string): Promise<void>;
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

/** Opens the data folder at `path`, and creates it if missing; does not take its lock. Unreadable files in it count as absent. Throws a UsageError if it cannot be a folder. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${path} cannot be the data folder: ${why}. Choose another with --data.`, { cause });
  }
  const files = {
    credentials: credentialsFile(path),
    projects: join(path, 'projects.json'),
    acknowledged: join(path, 'acknowledged.json'),
  };
  let writing: Promise<void> = Promise.resolve();
  const projects = () => read(files.projects, v.array(ProjectKept)) ?? [];
  /** Changes are made one after another, each on the current content of the file. */
  const changeProject = async (root: string, change: (project: ProjectKept) => ProjectKept): Promise<ProjectKept> => {
    const changed = writing
      .catch(() => undefined)
      .then(async () => {
        const before = projects();
        const known = before.find((project) => project.root === root);
        const next = change(known ?? { id: newId(), root, name: nameOf(root), formats: [] });
        if (known === undefined || !isDeepStrictEqual(next, known)) {
          const all = [...before.filter((other) => other.root !== root), next];
          await writePrivate(files.projects, `${JSON.stringify(all, undefined, 2)}\n`);
        }
        return next;
      });
    writing = changed.then(() => undefined);
    return await changed;
  };
  const credentials = () => readCredentials(path);
  const keepCredentials = async (kept: Credentials) => {
    // As in JSON, undefined members are absent.
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(kept)), credentials())) return;
    await writePrivate(files.credentials, `${JSON.stringify(kept)}\n`);
  };
  return {
    path,
    credentials,
    keepCredentials,
    keepLearned: async (learned) => {
      const kept = credentials();
      if (kept === undefined) return;
      const next = { ...learned, ...kept };
      if (!isDeepStrictEqual(next, kept)) await keepCredentials(next);
    },
    forgetCredentials: () => rm(files.credentials, { force: true }),
    projects: () => projects().filter(({ removed }) => removed !== true),
    removed: () => projects().flatMap(({ root, removed }) => (removed === true ? [root] : [])),
    keepProject: (root, said) => changeProject(root, ({ removed: _, ...project }) => ({ ...project, ...said })),
    removeProject: async (root) => {
      await changeProject(root, ({ added: _, ...project }) => ({ ...project, removed: true }));
    },
    acknowledged: () => read(files.acknowledged, Acknowledged) ?? null,
    keepAcknowledged: (acknowledged) => writePrivate(files.acknowledged, `${JSON.stringify(acknowledged)}\n`),
  };
}

/** The relay and key in a data folder; does not create the folder. */
export function readCredentials(folder: string): Credentials | undefined {
  return read(credentialsFile(folder), Credentials);
}

function credentialsFile(folder: string): string {
  return join(folder, 'credentials.json');
}

function read<Schema extends v.GenericSchema>(file: string, schema: Schema): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, readJson(file));
  return parsed.success ? parsed.output : undefined;
}

/** The key in a file, without the white space around it, and the relay's identity key from a line `relay …` after it. Throws the file system's error. */
export function readKeyFile(path: string): { readonly key: string; readonly relayKey?: string } {
  const [key = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const relayKey = lines.map((line) => /^relay (\S+)$/.exec(line.trim())?.[1]).find((found) => v.is(RelayKey, found));
  return { key: key.trim(), ...(relayKey === undefined ? {} : { relayKey }) };
}

function newId(): string {
  return base62FromBytes(randomBytes(64)).slice(0, 12);
}

/** A project's name: the name of its folder, made printable. */
function nameOf(root: string): string {
  const parsed = v.safeParse(Name, basename(root).slice(0, 100));
  return parsed.success ? parsed.output : 'project';
}
