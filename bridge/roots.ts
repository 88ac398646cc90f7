/** Which folders a run is about: those named on the command line, else those added before, else those found. */
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { UsageError } from '#contract/options.ts';
import type { DataFolder } from './data.ts';
import { discoverProjects, formatsAt, isInside, rootRefusal } from './discover.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Absolute real paths of the projects of a run. Throws a UsageError that says what to do. */
export async function resolveRoots(
  named: readonly string[],
  data: DataFolder,
  env: Env,
  cwd: string,
): Promise<string[]> {
  if (named.length > 0) return apart(await Promise.all(named.map((folder) => checkRoot(folder, data, env, cwd))));
  const added = data.projects().filter((project) => project.added === true);
  if (added.length > 0) return added.map(({ root }) => root);
  const found = await discoverProjects(cwd, env);
  if (found.length > 0) return found;
  throw new UsageError(
    'There is no project here, and no tool has registered one. Name a folder with specs/, .spec-workflow/ or .spec-context/ in it.',
  );
}

/** The real path of a folder that can be a project. Throws a UsageError. */
export async function checkRoot(folder: string, data: DataFolder, env: Env, cwd: string): Promise<string> {
  const absolute = resolve(cwd, folder);
  // One that is known and not there now (unmounted) is waited for.
  if (data.projects().some(({ root }) => root === absolute)) return absolute;
  const root = await realpath(absolute).catch(() => undefined);
  if (root === undefined) throw new UsageError(`There is no folder ${absolute}.`);
  if (!(await stat(root)).isDirectory()) throw new UsageError(`${root} is no folder.`);
  const refusal = rootRefusal(root, env.HOME || homedir());
  if (refusal !== undefined) throw new UsageError(`${refusal}.`);
  if (data.projects().some((project) => project.root === root)) return root;
  if ((await formatsAt(root)).length === 0)
    throw new UsageError(
      `There are no specs in ${root}: neither specs/ with a spec, nor .spec-workflow/ or .spec-context/.`,
    );
  return root;
}

/** The roots, each once. Throws a UsageError if one lies inside another. */
export function apart(roots: readonly string[]): string[] {
  const unique = [...new Set(roots)];
  for (const root of unique) {
    const outer = unique.find((other) => isInside(root, other));
    if (outer !== undefined) throw new UsageError(`${root} lies inside ${outer}: name one of the two.`);
  }
  return unique;
}
