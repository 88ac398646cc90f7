/** Finds projects by itself: in the current folder, and in the registries of the tools that write specs. */
import { realpath } from 'node:fs/promises';
import { parse, sep } from 'node:path';
import { limits } from '#contract/limits.ts';
import { layoutsAt } from '../formats/index.ts';
import { type Env, homeOf, readRegistries } from './registries.ts';

/** Absolute real paths of projects, the current folder (if given) first. Only folders in a known format, and none inside another. */
export async function discoverProjects(cwd: string | undefined, env: Env): Promise<string[]> {
  const registered = (await readRegistries(env)).map(({ folder }) => folder);
  const found = await projectsAmong([...(cwd === undefined ? [] : [cwd]), ...registered], homeOf(env));
  return found.filter((root) => !found.some((other) => isInside(root, other))).slice(0, limits.projectsPerMachineMax);
}

/** Those folders that can be projects and have specs: absolute real paths, each once. */
export async function projectsAmong(folders: readonly string[], home: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const root = await realpath(folder).catch(() => undefined);
    if (root === undefined || found.includes(root) || rootRefusal(root, home) !== undefined) continue;
    if ((await formatsAt(root)).length > 0) found.push(root);
  }
  return found;
}

/** The formats of the project at a folder, by name. */
export async function formatsAt(root: string): Promise<string[]> {
  return (await layoutsAt(root)).map(({ format }) => format);
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
