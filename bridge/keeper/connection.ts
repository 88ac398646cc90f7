/** A connection of the bridge to a keeper that runs. */
import { connect, type Socket } from 'node:net';
import { limits } from '#contract/limits.ts';
import { type Chunk, KeeperRefusal } from './keeper.ts';
import { keeperFolder, type Place, readPlace } from './place.ts';
import {
  type Asked,
  type CallName,
  type Calls,
  type Hello,
  protocol,
  readFrames,
  type Said,
  writeFrame,
} from './wire.ts';

/** The keeper ended by itself before it took up a call: asking another one does nothing twice. */
export class KeeperLeft extends Error {
  override readonly name = 'KeeperLeft';
}

export interface Connection extends Disposable {
  readonly hello: Hello;
  /** False once it is cut. */
  readonly isOpen: boolean;
  /** Throws a KeeperRefusal or KeeperLeft. */
  ask<Name extends CallName>(call: Name, args: Calls[Name]['args'], body?: Uint8Array): Promise<Calls[Name]['value']>;
  /** As the call `follow`. Its chunks are handled one after another. */
  follow(
    args: Calls['follow']['args'],
    onChunk: (chunk: Chunk) => void | Promise<void>,
  ): { readonly ended: Promise<Calls['follow']['value']>; readonly stop: () => void };
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onChunk?: (chunk: Chunk) => void;
}

interface State {
  readonly socket: Socket;
  readonly pending: Map<number, Pending>;
  readonly answerMs: number;
  asked: number;
  hasLeft: boolean;
}

export interface ConnectOptions {
  /** How long an answer is waited for; default `keeperAnswerMs`. */
  readonly answerMs?: number | undefined;
  /** The protocol; default that of this bridge. */
  readonly spoken?: number;
}

/** The keeper of a data folder that speaks a protocol; undefined where none runs. Throws a KeeperRefusal where one does not answer. */
export async function connectKeeper(
  dataFolder: string,
  { answerMs = limits.keeperAnswerMs, spoken = protocol }: ConnectOptions = {},
): Promise<Connection | undefined> {
  const place = readPlace(keeperFolder(dataFolder, spoken));
  const socket = place && (await openSocket(place.address));
  if (place === undefined || socket === undefined) return undefined;
  const state: State = { socket, pending: new Map(), answerMs, asked: 0, hasLeft: false };
  const hello = await greet(state, place);
  if (hello === undefined) return undefined;
  if (hello.protocol !== spoken) {
    socket.destroy();
    return undefined;
  }
  return connectionOf(state, hello);
}

/** Undefined where nobody listens. */
function openSocket(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => resolve(undefined));
  });
}

/** Undefined where it is closed before that: a keeper that was killed may still listen for a moment. */
function greet(state: State, { key, pid }: Place): Promise<Hello | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Hello | undefined>();
  const { socket, pending } = state;
  const gone = (says: string) => {
    const error = state.hasLeft ? new KeeperLeft() : new KeeperRefusal('keeper-gone', says);
    resolve(undefined);
    for (const one of pending.values()) one.reject(error);
    pending.clear();
  };
  const timer = setTimeout(() => {
    reject(new KeeperRefusal('keeper-gone', `The keeper of this machine (process ${pid}) does not answer.`));
    socket.destroy();
  }, limits.keeperHelloMs);
  socket.once('close', () => {
    clearTimeout(timer);
    gone('The keeper of this machine has ended unexpectedly, and what ran in it.');
  });
  readFrames(socket, (header, body) => {
    const said = header as Said | { readonly hello: Hello };
    if ('hello' in said) {
      clearTimeout(timer);
      resolve(said.hello);
    } else if ('bye' in said) state.hasLeft = true;
    else take(pending, said, body);
  });
  writeFrame(socket, { key });
  return promise;
}

function take(pending: Map<number, Pending>, said: Extract<Said, { readonly answer: number }>, bytes: Buffer): void {
  const one = pending.get(said.answer);
  if (one === undefined) return;
  if ('chunk' in said) {
    one.onChunk?.({ ...said.chunk, bytes, text: bytes.toString('utf8') });
    return;
  }
  pending.delete(said.answer);
  if ('refusal' in said) one.reject(new KeeperRefusal(said.refusal.code, said.refusal.sentence));
  else one.resolve(said.value as never);
}

function connectionOf(state: State, hello: Hello): Connection {
  const { socket } = state;
  return {
    hello,
    get isOpen() {
      return !socket.destroyed && !state.hasLeft;
    },
    ask: (call, args, body) => askInTime(state, call, args, body),
    follow: (args, onChunk) => follow(state, args, onChunk),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** A keeper that hangs holds up nobody. */
function askInTime<Name extends CallName>(
  state: State,
  call: Name,
  args: Calls[Name]['args'],
  body: Uint8Array | undefined,
): Promise<Calls[Name]['value']> {
  const { number, value } = ask(state, call, args, { body });
  const giveUp = () => {
    const one = state.pending.get(number);
    state.pending.delete(number);
    // What it starts late nobody knows.
    if (call === 'start') state.pending.set(number, { resolve: () => closeLate(state, args), reject: () => undefined });
    one?.reject(new KeeperRefusal('keeper-gone', 'The keeper of this machine does not answer.'));
  };
  const timer = setTimeout(giveUp, state.answerMs + (call === 'close' ? limits.closeChildMs : 0));
  return value.finally(() => clearTimeout(timer));
}

function closeLate(state: State, args: object): void {
  askInTime(state, 'close', args as Calls['close']['args'], undefined).catch(() => undefined);
}

function ask<Name extends CallName>(
  state: State,
  call: Name,
  args: Calls[Name]['args'],
  { body, onChunk }: { body?: Uint8Array | undefined; onChunk?: (chunk: Chunk) => void },
): { readonly number: number; readonly value: Promise<Calls[Name]['value']> } {
  const number = ++state.asked;
  const { promise: value, resolve, reject } = Promise.withResolvers<Calls[Name]['value']>();
  state.pending.set(number, { resolve, reject, ...(onChunk && { onChunk }) });
  if (state.socket.destroyed) {
    state.pending.delete(number);
    reject(new KeeperLeft());
  }
  writeFrame(state.socket, { ask: number, call, args } satisfies Asked, body);
  return { number, value };
}

function follow(
  state: State,
  args: Calls['follow']['args'],
  handle: (chunk: Chunk) => void | Promise<void>,
): ReturnType<Connection['follow']> {
  let handled: Promise<void> = Promise.resolve();
  const onChunk = (chunk: Chunk) => {
    handled = handled.then(async () => {
      await handle(chunk);
      writeFrame(state.socket, { acked: number, bytes: chunk.bytes.length });
    });
    handled.catch((error: unknown) => stop(error));
  };
  const { number, value } = ask(state, 'follow', args, { onChunk });
  const stop = (error: unknown) => {
    state.pending.get(number)?.reject(error);
    if (state.pending.delete(number)) writeFrame(state.socket, { stop: number });
  };
  return { ended: value, stop: () => stop(new KeeperRefusal('stopped', 'It is not followed any more.')) };
}
