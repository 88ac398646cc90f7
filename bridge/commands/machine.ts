/** What kinds that concern the machine as a whole may use: all watched projects, the homes of tools, the owner's policy. */
import type { ToolHome } from '../homes.ts';
import type { Project } from '../project.ts';
import type { Place } from './effects/sort.ts';
import type { Machine } from './handler.ts';
import type { Rules } from './judge.ts';

export interface MachineDeps extends Rules {
  readonly projects: () => Iterable<Project>;
  /** The homes of tools that exist now. */
  readonly homes: () => Promise<readonly ToolHome[]>;
}

/** The machine as it is now. */
export async function machineOf({ projects, homes, policy }: MachineDeps): Promise<Machine> {
  return { projects: [...projects()], homes: await homes(), policy: policy() };
}

/** Everywhere that a command may have had effects. */
export async function placesOf({ projects, homes }: MachineDeps): Promise<readonly Place[]> {
  return [...projects(), ...(await homes())];
}
