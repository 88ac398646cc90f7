/** Opens the door for agents where that is asked for and possible: a dashboard that runs, or a port that is taken, is said, and the bridge goes on without it. */
import type { Log } from '../log.ts';
import type { Project } from '../project.ts';
import { type Door, openDoor } from './door.ts';
import { announceSession, livingDashboard, toolHomes } from './session-file.ts';

export interface StartDoorDeps {
  readonly port: number;
  readonly projects: () => readonly Project[];
  /** The relay's address. */
  readonly origin: string;
  /** This machine's id at the relay, once it is known. */
  readonly machine: () => string | undefined;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Who waits has changed. */
  readonly onChange: () => void;
}

/** Undefined where there is no door. */
export async function startDoor(deps: StartDoorDeps): Promise<Door | undefined> {
  const { port, projects, origin, machine, log, env, onChange } = deps;
  const homes = await toolHomes(env);
  const dashboard = livingDashboard(homes);
  if (dashboard !== undefined) {
    log.warn(
      `--agents: a dashboard runs already at ${dashboard.url} (process ${dashboard.pid}). Stop it, then start the bridge again.`,
    );
    return undefined;
  }
  const appUrl = (found?: { readonly project: string; readonly path: string }) => {
    const id = machine();
    const place =
      found === undefined || id === undefined
        ? 'inbox'
        : `m/${id}/p/${found.project}/approval/${encodeURIComponent(found.path)}`;
    return `${origin}/#/${place}`;
  };
  try {
    const door = await openDoor(port, {
      projects,
      appUrl,
      onChange,
      onTrouble: (error) => log.error(`the door for agents met a defect: ${String(error)}`),
    });
    const session = await announceSession(homes, door.url, door.port, new Date());
    log.info(`the door for agents is open at ${door.url}`);
    return {
      ...door,
      [Symbol.asyncDispose]: async () => {
        await session[Symbol.asyncDispose]();
        await door[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    log.warn(
      `--agents: the door could not be opened on port ${port}: ${String(error)}. The bridge goes on without it.`,
    );
    return undefined;
  }
}
