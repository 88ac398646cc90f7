/** The keeper as the bridge uses it: finds the one of a data folder, and begins one when something is to be started. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { isAlive } from '../is-alive.ts';
import type { Log } from '../log.ts';
import { beginKeeper } from './begin.ts';
import { type Connection, connectKeeper, KeeperLeft } from './connection.ts';
import type { Variables } from './environment.ts';
import { type Child, type Following, type Keeper, KeeperRefusal } from './keeper.ts';
import type { CallName, Calls, Hello } from './wire.ts';

export interface KeeperOptions {
  /** Absolute path. */
  readonly dataFolder: string;
  readonly log: Pick<Log, 'info'>;
  /** Of the bridge. What is ours in it does not get to the keeper. */
  readonly env: Variables;
  /** How long a keeper that is begun stays without a child; default `keeperLingerMs`. */
  readonly lingerMs?: number;
  /** How long an answer is waited for; default `keeperAnswerMs`. */
  readonly answerMs?: number;
}

const lookMs = 25;

interface State {
  readonly options: KeeperOptions;
  connection: Promise<Connection | undefined> | undefined;
}

/** The keeper of a data folder, whether or not one runs now. A keeper that was begun by another version is used as it is. */
export function openKeeper(options: KeeperOptions): Keeper {
  const state: State = { options, connection: undefined };
  const call = <Name extends CallName>(name: Name, args: Calls[Name]['args']) => ask(state, name, args);
  return {
    start: ({ stdin, ...wanted }) => ask(state, 'start', wanted, stdin),
    children: async () => (await (await connectionOf(state, false))?.ask('children', {})) ?? [],
    follow: (id, after, onChunk, more) => follow(state, { id, after, ...more }, onChunk),
    screen: (id) => call('screen', { id }),
    input: (id, position, data) => call('input', { id, position, data }),
    resize: async (id, cols, rows) => void (await call('resize', { id, cols, rows })),
    signal: async (id, name) => void (await call('signal', { id, name })),
    close: (id) => call('close', { id }),
    forget: async (id) => void (await (await connectionOf(state, false))?.ask('forget', { id })),
    [Symbol.asyncDispose]: async () => (await state.connection?.catch(() => undefined))?.[Symbol.dispose](),
  };
}

/** The keeper that runs on a data folder, with its children; never begins one. Throws a KeeperRefusal where one does not answer. */
export async function findKeeper(
  dataFolder: string,
): Promise<{ readonly hello: Hello; readonly children: readonly Child[] } | undefined> {
  using connection = await connectKeeper(dataFolder);
  return connection && { hello: connection.hello, children: await connection.ask('children', {}) };
}

/** Ends the keeper of a data folder and all that runs in it; resolves once it has ended. */
export async function endKeeper(dataFolder: string): Promise<void> {
  const found = await findKeeper(dataFolder);
  if (found === undefined) return;
  process.kill(found.hello.pid, 'SIGTERM');
  while (isAlive(found.hello.pid)) await delay(lookMs);
}

async function ask<Name extends CallName>(
  state: State,
  name: Name,
  args: Calls[Name]['args'],
  body?: Uint8Array,
): Promise<Calls[Name]['value']> {
  for (;;) {
    const connection = await connectionOf(state, name === 'start');
    if (connection === undefined) throw unknownChild();
    try {
      return await connection.ask(name, args, body);
    } catch (error) {
      // It ended because it had nothing to do, and has not seen this.
      if (!(error instanceof KeeperLeft)) throw error;
    }
  }
}

const unknownChild = () =>
  new KeeperRefusal('child-unknown', 'No keeper runs on this machine, so it has no such child.');

function follow(state: State, args: Calls['follow']['args'], onChunk: Parameters<Keeper['follow']>[2]): Following {
  let stopped = false;
  let stop = () => {
    stopped = true;
  };
  const ended = connectionOf(state, false).then((connection) => {
    if (connection === undefined) throw unknownChild();
    const following = connection.follow(args, onChunk);
    stop = following.stop;
    if (stopped) stop();
    return following.ended;
  });
  // It may be disposed of without anybody waiting for the end.
  ended.catch(() => undefined);
  return { ended, [Symbol.dispose]: () => stop() };
}

/** The open connection, or a new one. Several calls at once share it. */
async function connectionOf(state: State, mayBegin: boolean): Promise<Connection | undefined> {
  for (;;) {
    const newest = state.connection;
    const there = await newest?.catch(() => undefined);
    if (there?.isOpen) return there;
    if (state.connection === newest) break;
  }
  state.connection = mayBegin
    ? beginAndConnect(state.options)
    : connectKeeper(state.options.dataFolder, state.options.answerMs);
  return await state.connection;
}

async function beginAndConnect({ dataFolder, env, log, lingerMs, answerMs }: KeeperOptions): Promise<Connection> {
  const deadline = performance.now() + limits.keeperBeginMs;
  let begun: ReturnType<typeof beginKeeper> | undefined;
  while (performance.now() < deadline) {
    const connection = await connectKeeper(dataFolder, answerMs).catch((error: unknown) => {
      if (!(error instanceof KeeperLeft)) throw error;
    });
    if (connection !== undefined) return connection;
    // One that finds another, which may be ending, ends at once.
    if (begun === undefined || begun.exitCode !== null || begun.signalCode !== null) {
      begun = beginKeeper(dataFolder, env, lingerMs);
      log.info(`the keeper of terminals and runs is begun (process ${begun.pid})`);
    }
    await delay(lookMs);
  }
  throw new KeeperRefusal('keeper-gone', 'No keeper could be begun on this machine. `sallyport keeper` shows why.');
}
