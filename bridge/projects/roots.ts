/** Chooses the projects of a run: those on the command line, else those that were ever watched or added, and those found. */
import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { limits } from '#contract/limits.ts';
import { UsageError } from '#contract/options.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { mainCheckout } from '../watch/findings.ts';
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
  const roots = await keptRoots(data, env, cwd);
  // A machine whose last project was removed from afar stays reachable, so that one can be added from there.
  if (roots.length > 0 || data.removedByCommand().length > 0) return roots;
  throw new UsageError(
    'There is no project here, and no tool has registered one. Name a folder that contains specs/, .spec-workflow/ or .spec-context/.',
  );
}

/** Absolute real paths for a run without arguments. Projects that were once watched or added stay until `projects rm`; projects from the registries count only if none was added. */
export async function keptRoots(data: DataFolder, env: Env, cwd: string): Promise<string[]> {
  const known = data.projects().toSorted((a, b) => Number(b.added === true) - Number(a.added === true));
  const isChosen = known.some(({ added }) => added === true);
  const found = isChosen ? [] : await discoverProjects(cwd, env);
  const removed = data.removed();
  const roots = [...known.map(({ root }) => root), ...found.filter((root) => !removed.includes(root))];
  const apart = roots.filter((root) => !roots.some((other) => isInside(root, other)));
  return [...new Set(apart)].slice(0, limits.projectsPerMachineMax);
}

/** The real path of a folder that can be a project. Throws a UsageError. */
export async function checkRoot(folder: string, data: DataFolder, env: Env, cwd: string): Promise<string> {
  const absolute = resolve(cwd, folder);
  // A known project that is absent now (unmounted) is waited for.
  if (data.projects().some(({ root }) => root === absolute)) return absolute;
  const root = await realpath(absolute).catch(() => undefined);
  if (root === undefined) throw new UsageError(`There is no folder ${absolute}.`);
  if (!(await stat(root)).isDirectory())
    throw new UsageError(`${root} is a file. Name the folder that contains specs/, .spec-workflow/ or .spec-context/.`);
  const refusal = rootRefusal(root, env.HOME || homedir());
  if (refusal !== undefined) throw new UsageError(`${refusal}.`);
  if (data.projects().some((project) => project.root === root)) return root;
  if ((await formatsAt(root)).length === 0) throw new UsageError(await noSpecs(root));
  return root;
}

async function noSpecs(root: string): Promise<string> {
  const sentence = `There are no specs in ${root}: neither specs/ with a spec, nor .spec-workflow/ or .spec-context/.`;
  const main = await mainCheckout(root);
  if (main !== undefined && (await formatsAt(main)).length > 0)
    return `${sentence} It is a git worktree, and its specs are in ${main}. Name that folder.`;
  const isSpecKit = await stat(join(root, '.specify')).catch(() => undefined);
  return isSpecKit === undefined ? sentence : `${sentence} Spec-kit folders (.specify/) are not supported.`;
}

/** The roots, each once. Throws a UsageError if one lies inside another. */
export function apart(roots: readonly string[]): string[] {
  const unique = [...new Set(roots)];
  for (const root of unique) {
    const outer = unique.find((other) => isInside(root, other));
    if (outer !== undefined) throw new UsageError(`${root} is inside ${outer}. Name only one of the two.`);
  }
  return unique;
}
