/** The keeper as the bridge uses it: finds the one of a data folder, and begins one when something is to be started. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import type { Log } from '../log.ts';
import { isAlive } from '../system/is-alive.ts';
import { beginKeeper } from './begin.ts';
import { type Connection, connectKeeper, KeeperLeft } from './connection.ts';
import type { Variables } from './environment.ts';
import { type Child, type Following, type Keeper, KeeperRefusal } from './keeper.ts';
import { type CallName, type Calls, type Hello, protocol, protocolBefore } from './wire.ts';

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
  /** By protocol. */
  readonly connections: Map<number, Promise<Connection | undefined>>;
  /** The children of a keeper that an earlier release has begun. New ones go to a keeper of this one. */
  readonly before: Set<string>;
}

/** The keeper of a data folder, whether or not one runs now. A keeper that was begun by another version is used as it is; one of the protocol before is used for the children that it has. */
export function openKeeper(options: KeeperOptions): Keeper {
  const state: State = { options, connections: new Map(), before: new Set() };
  const call = <Name extends CallName>(name: Name, args: Calls[Name]['args']) => ask(state, name, args);
  return {
    start: ({ stdin, ...wanted }) => ask(state, 'start', wanted, stdin),
    children: () => childrenOf(state),
    follow: (id, after, onChunk, more) => follow(state, { id, after, ...more }, onChunk),
    screen: (id) => call('screen', { id }),
    input: (id, position, data, mark) => call('input', { id, position, data, ...(mark && { mark }) }),
    resize: async (id, cols, rows) => void (await call('resize', { id, cols, rows })),
    signal: async (id, name) => void (await call('signal', { id, name })),
    close: (id) => call('close', { id }),
    forget: async (id) => {
      await askOne(() => connectionOf(state, false, spokenFor(state, id)), 'forget', { id });
      state.before.delete(id);
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of state.connections.values())
        (await connection.catch(() => undefined))?.[Symbol.dispose]();
    },
  };
}

export interface KeeperFound {
  readonly hello: Hello;
  readonly children: readonly Child[];
}

/** The keepers that run on a data folder, with their children; that of an earlier release comes last. Never begins one. Throws a KeeperRefusal where one does not answer. */
export async function findKeepers(dataFolder: string): Promise<readonly KeeperFound[]> {
  const found = [await findKeeper(dataFolder, protocol), await findKeeper(dataFolder, protocolBefore)];
  return found.filter((one) => one !== undefined);
}

async function findKeeper(dataFolder: string, spoken: number): Promise<KeeperFound | undefined> {
  for (;;) {
    using connection = await connectKeeper(dataFolder, { spoken });
    if (connection === undefined) return undefined;
    const children = await connection.ask('children', {}).catch(unlessItLeft);
    if (children !== undefined) return { hello: connection.hello, children };
  }
}

/** Ends the keepers of a data folder and all that runs in them; resolves once they have ended. */
export async function endKeepers(dataFolder: string): Promise<void> {
  for (const { hello } of await findKeepers(dataFolder)) {
    process.kill(hello.pid, 'SIGTERM');
    while (isAlive(hello.pid)) await delay(lookMs);
  }
}

/** Also those of a keeper of the protocol before; from then on it is known which these are. */
async function childrenOf(state: State): Promise<readonly Child[]> {
  const childrenThere = (spoken: number) => askOne(() => connectionOf(state, false, spoken), 'children', {});
  const before = (await childrenThere(protocolBefore)) ?? [];
  state.before.clear();
  for (const { id } of before) state.before.add(id);
  return [...before, ...((await childrenThere(protocol)) ?? [])];
}

/** What a keeper answers; undefined where none runs. One that leaves meanwhile had nothing to do, and has not seen this: another one may have begun. */
async function askOne<Name extends CallName>(
  connectionNow: () => Promise<Connection | undefined>,
  name: Name,
  args: Calls[Name]['args'],
  body?: Uint8Array,
): Promise<Calls[Name]['value'] | undefined> {
  for (;;) {
    const connection = await connectionNow();
    if (connection === undefined) return undefined;
    const value = await connection.ask(name, args, body).catch(unlessItLeft);
    if (value !== undefined) return value;
  }
}

/** Undefined where the keeper left, which answers nothing else so: what has no value is null on the wire. */
function unlessItLeft(error: unknown): undefined {
  if (!(error instanceof KeeperLeft)) throw error;
}

function spokenFor({ before }: State, id: string): number {
  return before.has(id) ? protocolBefore : protocol;
}

async function ask<Name extends CallName>(
  state: State,
  name: Name,
  args: Calls[Name]['args'],
  body?: Uint8Array,
): Promise<Calls[Name]['value']> {
  const spoken = 'id' in args ? spokenFor(state, String(args.id)) : protocol;
  const mayBegin = name === 'start' && spoken === protocol;
  const value = await askOne(() => connectionOf(state, mayBegin, spoken), name, args, body);
  if (value === undefined) throw unknownChild();
  return value;
}

const unknownChild = () =>
  new KeeperRefusal('child-unknown', 'No keeper runs on this machine, so it has no such child.');

function follow(state: State, args: Calls['follow']['args'], onChunk: Parameters<Keeper['follow']>[2]): Following {
  let stopped = false;
  let stop = () => {
    stopped = true;
  };
  const ended = connectionOf(state, false, spokenFor(state, args.id)).then((connection) => {
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
async function connectionOf(state: State, mayBegin: boolean, spoken = protocol): Promise<Connection | undefined> {
  const { options, connections } = state;
  for (;;) {
    const newest = connections.get(spoken);
    const there = await newest?.catch(() => undefined);
    if (there?.isOpen) return there;
    if (connections.get(spoken) === newest) break;
  }
  const { dataFolder, answerMs } = options;
  const connection = mayBegin ? beginAndConnect(options) : connectKeeper(dataFolder, { answerMs, spoken });
  connections.set(spoken, connection);
  return await connection;
}

async function beginAndConnect({ dataFolder, env, log, lingerMs, answerMs }: KeeperOptions): Promise<Connection> {
  const deadline = performance.now() + limits.keeperBeginMs;
  let begun: ReturnType<typeof beginKeeper> | undefined;
  while (performance.now() < deadline) {
    const connection = await connectKeeper(dataFolder, { answerMs }).catch(unlessItLeft);
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
