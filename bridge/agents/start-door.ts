/** Opens the door for agents where that is asked for and possible: a dashboard that runs, or a port that is taken, is said, and the bridge goes on without it. */
import { reasonOf } from '#contract/reason.ts';
import type { Log } from '../log.ts';
import type { Projects } from '../projects/projects.ts';
import { type Door, type DoorDeps, openDoor } from './door.ts';
import { announceSession, livingDashboard, toolHomes } from './session-file.ts';

export interface StartDoorDeps {
  readonly port: number;
  readonly projects: Pick<Projects, 'all' | 'rescan'>;
  /** The relay's address. */
  readonly origin: string;
  /** This machine's id at the relay, once it is known. */
  readonly machine: () => string | undefined;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who waits has changed. */
  readonly onChange: () => void;
  readonly waitMsMax?: DoorDeps['waitMsMax'];
}

/** Undefined where there is no door. */
export async function startDoor(deps: StartDoorDeps): Promise<Door | undefined> {
  const { log } = deps;
  const homes = await toolHomes(deps.env);
  const dashboard = livingDashboard(homes);
  if (dashboard !== undefined) {
    const { url, pid, file } = dashboard;
    log.warn(
      `--agents: a dashboard runs already at ${url} (process ${pid}, as ${file} says). Stop it, then start the bridge again. The bridge goes on without the door.`,
    );
    return undefined;
  }
  const door = await open(deps);
  if (door === undefined) return undefined;
  const session = await announceSession(homes, door, (file, error) =>
    log.warn(`${file} could not be changed: ${reasonOf(error)}. Agents of that tool need DASHBOARD_URL=${door.url}.`),
  );
  log.info(`the door for agents is open at ${door.url}`);
  return {
    ...door,
    [Symbol.asyncDispose]: async () => {
      await session[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}

async function open(deps: StartDoorDeps): Promise<Door | undefined> {
  const { port, projects, log, onChange, waitMsMax } = deps;
  try {
    return await openDoor(port, {
      projects: projects.all,
      rescan: projects.rescan,
      appUrl: appUrlOf(deps),
      onChange,
      waitMsMax,
      onTrouble: (error) => log.error(`the door for agents: ${reasonOf(error)}`),
    });
  } catch (error) {
    log.warn(
      `--agents: the door could not be opened on port ${port}: ${reasonOf(error)}. The bridge goes on without it.`,
    );
    return undefined;
  }
}

function appUrlOf({ origin, machine }: StartDoorDeps): DoorDeps['appUrl'] {
  return (found) => {
    const id = machine();
    const place =
      found === undefined || id === undefined
        ? 'inbox'
        : `m/${id}/p/${found.project}/approval/${encodeURIComponent(found.path)}`;
    return `${origin}/#/${place}`;
  };
}
