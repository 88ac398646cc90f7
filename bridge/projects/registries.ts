/** The registries of the tools that write specs: which folders they name, and the processes of agents that work there. Their files are untrusted: of limited size, never reached through a link, and only values of the expected types count. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { isFolder } from '../files/folder.ts';
import { readAt } from '../files/read.ts';
import { homeFolders } from './homes.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** One entry of a registry. Its folders are absolute paths as the registry has them, whether or not they exist. */
export interface Registered {
  /** The project's folder. */
  readonly folder: string;
  /** Where the agents of this entry work: the same folder, or a worktree of it. */
  readonly checkout: string;
  /** Process ids of its agents, dead ones too. */
  readonly pids: readonly number[];
}

/** The home folder of the person whose tools these are. */
export function homeOf(env: Env): string {
  return env.HOME || homedir();
}

/** All entries of all registries of this machine. A registry that is missing, broken or too large has none. */
export async function readRegistries(env: Env): Promise<readonly Registered[]> {
  const home = homeOf(env);
  const leanSpec = env.LEANSPEC_DATA_DIR || join(home, '.lean-spec');
  const lists = await Promise.all([
    readRegistry(leanSpec, 'projects.json'),
    ...homeFolders(env).map(({ folder }) => readRegistry(folder, 'activeProjects.json')),
  ]);
  return lists.flat();
}

/** Parses `{projects: [{path}]}` of LeanSpec, or a map of `{projectPath, workflowRootPath?, instances}` of the others. */
async function readRegistry(folder: string, name: string): Promise<readonly Registered[]> {
  const real = await realpath(folder).catch(() => undefined);
  const read = real && (await readAt(real, name, limits.registryBytesMax));
  const bytes = read && read.is === 'file' && 'bytes' in read ? read.bytes : undefined;
  const entries = bytes === undefined ? [] : entriesIn(bytes.toString('utf8'));
  const registered = await Promise.all(entries.slice(0, limits.registryEntriesMax).map(registeredBy));
  return registered.filter((entry) => entry !== undefined);
}

function entriesIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return [];
    return 'projects' in value && Array.isArray(value.projects) ? value.projects : Object.values(value);
  } catch {
    return [];
  }
}

const Folder = v.pipe(v.string(), v.maxLength(limits.rootLengthMax), v.check(isAbsolute), v.excludes('\0'));
/** 0 and negative numbers mean groups of processes to `kill`. */
const Pid = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

async function registeredBy(entry: unknown): Promise<Registered | undefined> {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { path, projectPath, workflowRootPath, instances } = entry as Record<string, unknown>;
  const named = [workflowRootPath, projectPath, path].find((value) => typeof value === 'string');
  if (!v.is(Folder, named)) return undefined;
  const folder = await projectFolder(named);
  return {
    folder,
    checkout: v.is(Folder, projectPath) ? await projectFolder(projectPath) : folder,
    pids: pidsOf(instances),
  };
}

/** A registry may name the folder with the specs. */
async function projectFolder(named: string): Promise<string> {
  return /[\\/]\.spec-(workflow|context)$/.test(named) && (await isFolder(named)) ? dirname(named) : named;
}

function pidsOf(instances: unknown): readonly number[] {
  if (!Array.isArray(instances)) return [];
  const pids = instances.slice(0, limits.registryEntriesMax).map((instance: unknown) => {
    const parsed = v.safeParse(v.object({ pid: Pid }), instance);
    return parsed.success ? parsed.output.pid : undefined;
  });
  return pids.filter((pid) => pid !== undefined);
}
