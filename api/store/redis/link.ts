/** The connection to a Redis: commands, scripts and channels. Failures of the network become the problem `store-away`. */
import { createHash } from 'node:crypto';
import { ErrorReply } from 'redis';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { StoreRefused } from '../store.ts';
import type { RedisAddress } from './address.ts';
import { type Argument, type Clients, createClients } from './clients.ts';
import { refusalOf } from './sentence.ts';

/** A script for the server; its keys all belong to one shard. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

/** An open connection. Everything may throw Problem `store-away`. */
export interface RedisLink extends Pick<Clients, 'isOrdered' | 'info' | 'subscribe' | 'unsubscribe'>, AsyncDisposable {
  /** Sends a command to the server that has `key`. Bulk strings come back as text. */
  send(key: string, ...args: readonly Argument[]): Promise<unknown>;
  /** The same, but bulk strings come back as bytes. */
  sendBytes(key: string, ...args: readonly Argument[]): Promise<unknown>;
  /** Runs a script; its text is sent to the server once. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
}

/** How long the relay waits at its start for a Redis that is starting too, in ms. */
const OPEN_MS_MAX = 5000;

/** A script from its Lua text. */
export function createScript(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** Connects, and waits up to 5 s for a server that is still starting. Calls `onReady` for every connection that is up. Throws StoreRefused. */
export async function openLink(address: RedisAddress, onReady: () => void): Promise<RedisLink> {
  let isOpening = true;
  let lastError: unknown;
  const clients = createClients(address, {
    onReady,
    onError: (error) => {
      lastError = error;
    },
    isFinal: () => isOpening,
  });
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(lastError ?? new Error('it does not answer')), OPEN_MS_MAX);
  try {
    await Promise.race([clients.connect(), tooLate]);
  } catch (cause) {
    clients.destroy();
    const hosts = address.hosts.map(({ host, port }) => `${host}:${port}`).join(', ');
    const says = refusalOf(cause);
    const why =
      says === undefined
        ? `cannot be reached: ${reasonOf(cause)}. Check --store, and that it runs.`
        : `cannot be used. ${says}`;
    throw new StoreRefused(`The Redis at ${hosts} ${why}`, { cause });
  } finally {
    clearTimeout(timer);
    isOpening = false;
  }
  return createLink(clients);
}

function createLink(clients: Clients): RedisLink {
  const send = (key: string, args: readonly Argument[], as: 'text' | 'bytes' = 'text') =>
    clients.send(key, args, as).catch(throwAway);
  return {
    isOrdered: clients.isOrdered,
    send: (key, ...args) => send(key, args),
    sendBytes: (key, ...args) => send(key, args, 'bytes'),
    run: async ({ source, sha }, keys, args) => {
      const [key = ''] = keys;
      const rest = [String(keys.length), ...keys, ...args];
      try {
        return await clients.send(key, ['EVALSHA', sha, ...rest], 'text');
      } catch (error) {
        if (!(error instanceof ErrorReply && error.message.startsWith('NOSCRIPT'))) throwAway(error);
      }
      return await send(key, ['EVAL', source, ...rest]);
    },
    info: () => clients.info().catch(throwAway),
    subscribe: (channel, listener) => clients.subscribe(channel, listener).catch(throwAway),
    unsubscribe: (channel) => clients.unsubscribe(channel).catch(throwAway),
    [Symbol.asyncDispose]: async () => {
      await clients.close().catch(() => clients.destroy());
    },
  };
}

/** Turns errors into `store-away`: all that are not replies of the server, and replies that may change later. Other replies are defects. The message is only for the operator. */
function throwAway(cause: unknown): never {
  const says = refusalOf(cause);
  if (says === undefined && cause instanceof ErrorReply) throw cause;
  throw new Problem('store-away', undefined, {}, new Error(says ?? `Redis: ${reasonOf(cause)}`, { cause }));
}
