/** The keeper itself: serves its children on a local socket, and ends by itself once it has none. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { limits } from '#contract/limits.ts';
import { VERSION } from '#contract/version.ts';
import { type Children, createChildren } from './children.ts';
import { type ServedFollowing, serveFollowing } from './following.ts';
import { waitFor } from './held.ts';
import { type ChildWanted, KeeperRefusal } from './keeper.ts';
import { keeperFolder, makeAddress, placeFile, writePlace } from './place.ts';
import { type Asked, type CallName, type Calls, readFrames, type Said, writeFrame } from './wire.ts';

export interface ServeOptions {
  readonly dataFolder: string;
  /** The protocol of the bridge that has begun it. */
  readonly protocol: number;
  /** How long it stays without a child, in ms. */
  readonly lingerMs: number;
  readonly onDefect: (error: unknown) => void;
}

interface Connection {
  readonly socket: Socket;
  readonly followings: Map<number, ServedFollowing>;
  isKnown: boolean;
}

interface State {
  readonly options: ServeOptions;
  readonly children: Children;
  readonly connections: Set<Connection>;
  readonly key: string;
  isEnding: boolean;
}

const byeMsMax = 500;

/** Serves until no child was there for `lingerMs`, or until `signal` aborts, which closes all children. */
export async function serveKeeper(options: ServeOptions, signal: AbortSignal): Promise<void> {
  const { dataFolder } = options;
  const folder = keeperFolder(dataFolder, options.protocol);
  const children = createChildren({
    ...{ dataFolder, toldMs: limits.keeperToldMs, untoldMs: limits.keeperUntoldMs, closeMs: limits.closeChildMs },
  });
  const state: State = {
    options,
    children,
    connections: new Set(),
    key: randomBytes(32).toString('hex'),
    isEnding: false,
  };
  const { address, remove } = await makeAddress(folder);
  const server = createServer((socket) => connect(state, socket));
  await listen(server, address);
  await writePlace(folder, { address, key: state.key, pid: process.pid });
  await untilIdle(state, signal);
  // Nothing is begun from here on.
  state.isEnding = true;
  server.close();
  await rm(placeFile(folder), { force: true });
  await remove();
  await Promise.all([...state.connections].map(({ socket }) => sayBye(socket)));
}

async function sayBye(socket: Socket): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, byeMsMax);
  writeFrame(socket, { bye: true });
  await Promise.race([late, new Promise<void>((done) => socket.end(done))]);
  clearTimeout(timer);
}

/** Only the user of this process may connect, from the first moment on. */
async function listen(server: Server, address: string): Promise<void> {
  const mask = process.umask(0o177);
  try {
    server.listen(address);
    await once(server, 'listening');
  } finally {
    process.umask(mask);
  }
  if (process.platform !== 'win32') await chmod(address, 0o600);
}

async function untilIdle({ options, children }: State, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let idleSince = performance.now();
  const stop = () => {
    const running = children.list().filter(({ end }) => end === undefined);
    void Promise.all(running.map(({ id }) => children.close(id))).then(() => resolve());
  };
  const timer = setInterval(
    () => {
      children.sweep();
      // Nobody finds it any more: the data folder was removed.
      if (!existsSync(placeFile(keeperFolder(options.dataFolder, options.protocol)))) {
        clearInterval(timer);
        stop();
      }
      if (children.hasAny) idleSince = performance.now();
      else if (performance.now() - idleSince >= options.lingerMs) resolve();
    },
    Math.min(1000, options.lingerMs),
  );
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await promise;
  clearInterval(timer);
}

function connect(state: State, socket: Socket): void {
  const connection: Connection = { socket, followings: new Map(), isKnown: false };
  state.connections.add(connection);
  socket.on('error', () => undefined);
  socket.once('close', () => {
    state.connections.delete(connection);
    for (const following of connection.followings.values()) following.stop();
  });
  readFrames(socket, (header, body) => take(state, connection, header as Asked, body));
}

function take(state: State, connection: Connection, asked: Asked, body: Buffer): void {
  const { socket, followings } = connection;
  if (state.isEnding) return;
  if ('key' in asked) greet(state, connection, String(asked.key));
  else if (!connection.isKnown) socket.destroy();
  else if ('acked' in asked) followings.get(asked.acked)?.acked(asked.bytes);
  else if ('stop' in asked) {
    followings.get(asked.stop)?.stop();
    followings.delete(asked.stop);
  } else void answer(state, connection, asked, body).then((said) => said && writeFrame(socket, said));
}

/** Whoever does not know the key gets no word. */
function greet(state: State, connection: Connection, key: string): void {
  const { socket } = connection;
  connection.isKnown = isSame(key, state.key);
  if (connection.isKnown)
    writeFrame(socket, { hello: { protocol: state.options.protocol, version: VERSION, pid: process.pid } });
  else socket.destroy();
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

type Call = Extract<Asked, { readonly ask: number }>;

/** The answer of a call; undefined where it comes later. */
async function answer(state: State, connection: Connection, call: Call, body: Buffer): Promise<Said | undefined> {
  try {
    if (call.call === 'follow') return follow(state, connection, call);
    const value = await acts[call.call](state.children, call.args as never, body);
    return { answer: call.ask, value };
  } catch (error) {
    if (error instanceof KeeperRefusal)
      return { answer: call.ask, refusal: { code: error.code, sentence: error.message } };
    state.options.onDefect(error);
    return { answer: call.ask, refusal: { code: 'start-failed', sentence: 'The keeper could not do this.' } };
  }
}

type Act<Name extends CallName> = (
  children: Children,
  args: Calls[Name]['args'],
  body: Buffer,
) => Calls[Name]['value'] | Promise<Calls[Name]['value']>;

const acts: { readonly [Name in Exclude<CallName, 'follow'>]: Act<Name> } = {
  start: (children, wanted, stdin) => children.start({ ...(wanted as ChildWanted), stdin }),
  children: (children) => children.all(),
  screen: (children, { id }) => children.screen(id),
  input: (children, { id, position, data, mark }) => children.input(id, position, data, mark),
  resize: (children, { id, cols, rows }) => {
    children.resize(id, cols, rows);
    return null;
  },
  signal: (children, { id, name }) => {
    children.signal(id, name);
    return null;
  },
  close: (children, { id }) => children.close(id),
  forget: (children, { id }) => {
    children.forget(id);
    return null;
  },
};

function follow({ children }: State, { socket, followings }: Connection, { ask, args }: Call): undefined {
  const { id, after, behindMax, aheadMax } = args as Calls['follow']['args'];
  const held = children.get(id);
  const reader = {};
  // What there is already is sent before this returns, and an end may be.
  let isOver = false;
  const following = serveFollowing(held, after, {
    ...{ behindMax, aheadMax },
    onBehind: (isBehind) => waitFor(held, reader, isBehind),
    onPiece: ({ position, stream, skipped, bytes }) =>
      writeFrame(socket, { answer: ask, chunk: { position, stream, skipped } }, bytes),
    onEnd: (end) => {
      isOver = true;
      followings.delete(ask);
      children.told(held);
      writeFrame(socket, { answer: ask, value: end });
    },
  });
  if (!isOver) followings.set(ask, following);
}
