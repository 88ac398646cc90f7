/** Where agents work on a project: its own folder, and the worktrees that a tool's registry names for it. */
import { realpath } from 'node:fs/promises';
import { limits } from '#contract/limits.ts';
import { nameOf } from '../data/kept-projects.ts';
import { isFolder } from '../files/folder.ts';
import { branchAt } from '../files/git-branch.ts';
import { isAlive } from '../system/is-alive.ts';
import { rootRefusal } from './discover.ts';
import type { Registered } from './registries.ts';

export interface Workspace {
  /** Absolute real path. */
  readonly root: string;
  readonly name: string;
  /** Whether it is the project's own folder. */
  readonly main: boolean;
  /** Undefined without git, or on no branch. */
  readonly branch: string | undefined;
  /** Number of agents whose processes are alive. */
  readonly agents: number;
}

/** The workspaces of a project (absolute real path), its own folder first. A folder that is gone is left out. */
export async function workspacesOf(
  root: string,
  registered: readonly Registered[],
  home: string,
): Promise<readonly Workspace[]> {
  const pids = new Map<string, Set<number>>([[root, new Set()]]);
  for (const { folder, checkout, pids: named } of registered) {
    if ((await realpath(folder).catch(() => undefined)) !== root) continue;
    const real = await realpath(checkout).catch(() => undefined);
    if (real === undefined || (real !== root && !(await canBeCheckout(real, home)))) continue;
    const known = pids.get(real) ?? new Set();
    pids.set(real, known);
    for (const pid of named) known.add(pid);
  }
  const some = [...pids].slice(0, limits.workspacesPerProjectMax);
  return await Promise.all(
    some.map(async ([at, all]) => ({
      root: at,
      name: nameOf(at),
      main: at === root,
      branch: await branchAt(at),
      agents: [...all].filter(isAlive).length,
    })),
  );
}

async function canBeCheckout(folder: string, home: string): Promise<boolean> {
  return rootRefusal(folder, home) === undefined && (await isFolder(folder));
}
