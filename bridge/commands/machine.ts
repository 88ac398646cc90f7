/** What kinds that concern the machine as a whole may use: all watched projects, the homes of tools, the owner's policy. */
import type { Decisions } from '../approvals/decisions.ts';
import type { SealingKeys } from '../keys/sealing-keys.ts';
import type { ToolHome } from '../projects/homes.ts';
import type { Project } from '../projects/project.ts';
import type { WatchList } from '../projects/watch-list.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Place } from './effects/sort.ts';
import type { Machine } from './handler.ts';
import type { Rules } from './judge.ts';

export interface MachineDeps extends Rules {
  readonly projects: () => Iterable<Project>;
  /** The homes of tools that exist now. */
  readonly homes: () => Promise<readonly ToolHome[]>;
  readonly watchList: WatchList;
  readonly sessions: Sessions;
  readonly sealingKeys: SealingKeys;
  readonly decisions: Pick<Decisions, 'left'>;
}

/** The machine as it is now. */
export async function machineOf({ projects, homes, policy, ...parts }: MachineDeps): Promise<Machine> {
  const { watchList, sessions, sealingKeys } = parts;
  return { projects: [...projects()], homes: await homes(), policy: policy(), watchList, sessions, sealingKeys };
}

/** Everywhere that a command may have had effects. */
export async function placesOf({
  projects,
  homes,
}: Pick<MachineDeps, 'projects' | 'homes'>): Promise<readonly Place[]> {
  return [...projects(), ...(await homes())];
}
