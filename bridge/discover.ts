/** Finds projects by itself: in the current folder, and in the registries of the tools that write specs. */
import { readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, parse, sep } from 'node:path';
import { limits } from '#contract/limits.ts';
import { isFolder } from './files/folder.ts';
import { formatReaders } from './formats/index.ts';
import { homeFolders } from './homes.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Absolute real paths of projects, the current folder (if given) first. Only folders in a known format, and none inside another. */
export async function discoverProjects(cwd: string | undefined, env: Env): Promise<string[]> {
  const home = env.HOME || homedir();
  const named = [...(cwd === undefined ? [] : [cwd]), ...(await registered(home, env))];
  const found: string[] = [];
  for (const folder of named) {
    const root = await realpath(folder).catch(() => undefined);
    if (root === undefined || found.includes(root) || rootRefusal(root, home) !== undefined) continue;
    if ((await formatsAt(root)).length > 0) found.push(root);
  }
  return found.filter((root) => !found.some((other) => isInside(root, other))).slice(0, limits.projectsPerMachineMax);
}

/** The formats of the project at a folder, by name. */
export async function formatsAt(root: string): Promise<string[]> {
  const layouts = await Promise.all(formatReaders.map((reader) => reader.detect(root).catch(() => undefined)));
  return layouts.flatMap((layout) => (layout === undefined ? [] : [layout.format]));
}

/** Why a folder (absolute, real) cannot be a project, or undefined. */
export function rootRefusal(root: string, home: string): string | undefined {
  if (root === parse(root).root) return `${root} is the whole machine, not a project`;
  if (root === home) return `${root} is the home folder, not a project`;
  if (isInside(home, root)) return `${root} contains the home folder and is not a project`;
  return undefined;
}

/** Whether `folder` is below `other`, and not the same. */
export function isInside(folder: string, other: string): boolean {
  return folder.startsWith(other.endsWith(sep) ? other : `${other}${sep}`);
}

/** Folders in the tools' registries, whether or not they exist. */
async function registered(home: string, env: Env): Promise<string[]> {
  const leanSpec = env.LEANSPEC_DATA_DIR || join(home, '.lean-spec');
  const lists = await Promise.all([
    readRegistry(join(leanSpec, 'projects.json')),
    ...homeFolders(env).map(({ folder }) => readRegistry(join(folder, 'activeProjects.json'))),
  ]);
  return lists.flat();
}

/** Parses `{projects: [{path}]}` of LeanSpec, or a map of `{projectPath, workflowRootPath?}` of the others; anything else has no projects. */
async function readRegistry(file: string): Promise<string[]> {
  const value: unknown = await readFile(file, 'utf8')
    .then(JSON.parse)
    .catch(() => undefined);
  if (typeof value !== 'object' || value === null) return [];
  const entries: unknown[] =
    'projects' in value && Array.isArray(value.projects) ? value.projects : Object.values(value);
  const folders = await Promise.all(entries.slice(0, 1000).map(folderOf));
  return folders.filter((folder) => folder !== undefined);
}

async function folderOf(entry: unknown): Promise<string | undefined> {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { path, projectPath, workflowRootPath } = entry as Record<string, unknown>;
  const named = [workflowRootPath, projectPath, path].find((value) => typeof value === 'string');
  if (typeof named !== 'string' || !named.startsWith(parse(named).root) || parse(named).root === '') return undefined;
  // A registry may name the folder with the specs.
  return (await isFolder(named)) && /[\\/]\.spec-(workflow|context)$/.test(named) ? dirname(named) : named;
}
