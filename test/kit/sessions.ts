/** Terminals and runs of a bridge without a relay: a keeper of their own, which ends with them. */
import type { Act } from '#contract/audit.ts';
import type { RecordTold } from '#contract/record.ts';
import { openKeeper } from '../../bridge/keeper/client.ts';
import { connectKeeper } from '../../bridge/keeper/connection.ts';
import type { Keeper } from '../../bridge/keeper/keeper.ts';
import { readPins } from '../../bridge/keys/pins.ts';
import { type OpenSessions, openSessions } from '../../bridge/sessions/open-sessions.ts';
import { thisBoot } from '../../bridge/system/boot.ts';
import { eventually } from './eventually.ts';
import { cleanEnvironment } from './process.ts';

/** The id of the machine that they run on. */
export const testMachine = 'machine-one';

export interface TestSessionsOptions {
  readonly record?: (act: Act) => void;
  readonly tell?: (record: RecordTold) => void;
  readonly untell?: (id: string) => void;
  readonly now?: () => number;
  readonly boot?: string;
  /** How long the keeper may take to answer. */
  readonly answerMs?: number;
  /** The keeper as the sessions see it. */
  readonly asSeen?: (keeper: Keeper) => Keeper;
  /** By default it fails. */
  readonly onTrouble?: (error: unknown) => undefined;
}

function fail(error: unknown): never {
  throw error;
}

/** Opens them for a data folder. What they run outlives them, as it does the bridge. */
export async function openTestSessions(
  folder: string,
  {
    tell = () => undefined,
    untell = () => undefined,
    now = Date.now,
    answerMs,
    asSeen = (keeper) => keeper,
    onTrouble = fail,
    record = () => undefined,
    boot = thisBoot(),
  }: TestSessionsOptions = {},
): Promise<OpenSessions> {
  await using opened = new AsyncDisposableStack();
  const log = { info: () => undefined };
  const asked = answerMs === undefined ? {} : { answerMs };
  const keeper = opened.use(openKeeper({ dataFolder: folder, log, env: cleanEnvironment(), ...asked }));
  const sessions = opened.use(
    await openSessions({
      folder,
      machine: () => testMachine,
      keeper: asSeen(keeper),
      tell,
      untell,
      relayNow: now,
      now,
      pinned: () => readPins(folder).map(({ fingerprint }) => fingerprint),
      record,
      mayType: () => true,
      onTrouble,
      boot,
    }),
  );
  const held = opened.move();
  return { ...sessions, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Ends the keeper of a data folder, if one runs, and all that it holds. */
export async function endKeeper(dataFolder: string): Promise<void> {
  const pid = await keeperPid(dataFolder);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  await eventually(async () => (await keeperPid(dataFolder)) === undefined);
}

/** The process of the keeper; undefined where none runs. */
export async function keeperPid(dataFolder: string): Promise<number | undefined> {
  using connection = await connectKeeper(dataFolder).catch(() => undefined);
  return connection?.hello.pid;
}
