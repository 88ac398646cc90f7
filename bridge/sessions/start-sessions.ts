/** The terminals and runs of a bridge, with the keeper that holds them: those of an earlier bridge go on. */
import type { Policy } from '#contract/machine.ts';
import { mayType } from '#contract/may-type.ts';
import { reasonOf } from '#contract/reason.ts';
import type { DataFolder } from '../data/data-folder.ts';
import { openKeeper } from '../keeper/client.ts';
import type { Pins } from '../keys/pins.ts';
import type { Log } from '../log.ts';
import type { Projects } from '../projects/projects.ts';
import type { Env } from '../projects/registries.ts';
import { thisBoot } from '../system/boot.ts';
import { type OpenSessions, openSessions, type SessionsDeps } from './open-sessions.ts';

/** Whether the policy of now lets somebody type into a terminal. */
export function mayTypeInto(policy: () => Policy, projects: Projects['all']): SessionsDeps['mayType'] {
  return ({ project, seal }) => {
    const name = projects().find(({ id }) => id === project)?.name ?? '';
    const named = project === undefined ? undefined : { id: project, name };
    return mayType(policy(), { project: named, isSealed: seal !== undefined });
  };
}

/** They end with `opened`. */
export async function startSessions(
  { data, log, env = {} }: { readonly data: DataFolder; readonly log: Log; readonly env?: Env },
  {
    pins,
    ...told
  }: Pick<SessionsDeps, 'tell' | 'untell' | 'record' | 'mayType' | 'relayNow'> & { readonly pins: Pins },
  opened: AsyncDisposableStack,
): Promise<OpenSessions> {
  const keeper = opened.use(openKeeper({ dataFolder: data.path, log, env }));
  const onTrouble = (error: unknown) => {
    log.warn(`what runs could not be noted: ${reasonOf(error)}`);
    return undefined;
  };
  return opened.use(
    await openSessions({
      ...{ ...told, folder: data.path, machine: data.machine, keeper, boot: thisBoot(), onTrouble },
      pinned: () => pins().map(({ fingerprint }) => fingerprint),
    }),
  );
}
