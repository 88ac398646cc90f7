/** One interface to node-redis. A server, a cluster and a master behind sentinels differ only in how a command is addressed. */
import { createClient, createCluster, createSentinel, ErrorReply, RESP_TYPES } from 'redis';
import type { RedisAddress } from './address.ts';

/** An argument of a command. */
export type Argument = string | Buffer;

export interface Clients {
  /** Whether all keys are on one server and one connection, so that commands are executed in the order in which they are sent. */
  readonly isOrdered: boolean;
  connect(): Promise<unknown>;
  /** Sends a command to the server that has `key`. Bulk strings come back as text, or as bytes. */
  send(key: string, args: readonly Argument[], as: 'text' | 'bytes'): Promise<unknown>;
  /** The answer to `INFO`, one text per master. */
  info(): Promise<string[]>;
  subscribe(channel: string, listener: (message: string) => void): Promise<void>;
  unsubscribe(channel: string): Promise<void>;
  /** Waits for running commands to finish. */
  close(): Promise<unknown>;
  destroy(): void;
}

/** Events of the clients. */
export interface ClientsHeard {
  /** Called when a connection is up (again): signals may have been missed. */
  onReady(): void;
  onError(error: unknown): void;
  /** Whether a refusal of the server (a wrong password) ends the attempt to connect. */
  isFinal(): boolean;
}

/** How long a server may take to answer a command before it counts as away, in ms. */
const SILENT_MS_MAX = 5000;
/** How often an idle connection sends a ping, in ms. */
const PING_EVERY_MS = 1500;
const CONNECT_MS_MAX = 2000;

const asBytes = { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } };

/** Creates the clients of an address; they do not connect yet. */
export function createClients(address: RedisAddress, heard: ClientsHeard): Clients {
  const options = {
    ...(address.username === undefined ? {} : { username: address.username }),
    ...(address.password === undefined ? {} : { password: address.password }),
    disableOfflineQueue: true,
    pingInterval: PING_EVERY_MS,
    maintNotifications: 'disabled' as const,
    socket: {
      ...(address.tls ? { tls: true as const } : {}),
      connectTimeout: CONNECT_MS_MAX,
      socketTimeout: SILENT_MS_MAX,
      reconnectStrategy: (retries: number, cause: Error) => {
        heard.onError(cause);
        if (heard.isFinal() && cause instanceof ErrorReply && !cause.message.startsWith('LOADING')) return cause;
        return Math.min(50 * 2 ** Math.min(retries, 6), 2000) * (0.75 + Math.random() / 2);
      },
    },
  };
  switch (address.is) {
    case 'server':
      return createServerClients(address, options, heard);
    case 'cluster':
      return createClusterClients(address, options, heard);
    case 'sentinel':
      return createSentinelClients(address, options, heard);
  }
}

/** Answers are flat lists, and scores are text, as in scripts. */
const replies = { RESP: 2 } as const;
/** A silent socket ends its commands. A timer for each command would cost more than the command. */
const commandOptions = { timeout: 0 };

type Options = Omit<NonNullable<Parameters<typeof createClient>[0]>, 'RESP' | 'modules' | 'functions' | 'scripts'>;

function createServerClients({ hosts, database }: RedisAddress, options: Options, heard: ClientsHeard): Clients {
  const [{ host, port } = { host: '', port: 0 }] = hosts;
  const socket = { ...options.socket, host, port } as Options['socket'] & object;
  const client = createClient({ ...options, ...replies, socket, database, commandOptions });
  const subscriber = client.duplicate();
  for (const each of [client, subscriber]) each.on('error', heard.onError).on('ready', heard.onReady);
  return {
    isOrdered: true,
    connect: () => Promise.all([client.connect(), subscriber.connect()]),
    send: (_, args, as) =>
      client.sendCommand(args, as === 'bytes' ? { ...commandOptions, ...asBytes } : commandOptions),
    info: async () => [String(await client.info())],
    subscribe: (channel, listener) => subscriber.sSubscribe(channel, listener),
    unsubscribe: (channel) => subscriber.sUnsubscribe(channel),
    close: () => Promise.all([client.close(), subscriber.close()]),
    destroy: () => {
      client.destroy();
      subscriber.destroy();
    },
  };
}

function createClusterClients({ hosts }: RedisAddress, options: Options, heard: ClientsHeard): Clients {
  const { socket } = options;
  const cluster = createCluster({
    ...replies,
    rootNodes: hosts.map(({ host, port }) => ({ ...options, socket: { ...socket, host, port } }) as object),
    defaults: options as object,
    commandOptions,
  });
  cluster.on('error', heard.onError).on('node-error', heard.onError).on('node-ready', heard.onReady);
  return {
    isOrdered: false,
    connect: () => cluster.connect(),
    send: (key, args, as) =>
      cluster.sendCommand(key, false, [...args], as === 'bytes' ? { ...commandOptions, ...asBytes } : commandOptions),
    info: () => Promise.all(cluster.masters.map(async (node) => String(await (await cluster.nodeClient(node)).info()))),
    subscribe: (channel, listener) => cluster.sSubscribe(channel, listener),
    unsubscribe: (channel) => cluster.sUnsubscribe(channel),
    close: () => cluster.close(),
    destroy: () => cluster.destroy(),
  };
}

function createSentinelClients(
  { hosts, master, database }: RedisAddress,
  options: Options,
  heard: ClientsHeard,
): Clients {
  const sentinel = createSentinel({
    ...replies,
    name: master,
    sentinelRootNodes: hosts.map(({ host, port }) => ({ host, port })),
    nodeClientOptions: { ...options, database } as object,
    sentinelClientOptions: { socket: options.socket } as object,
    passthroughClientErrorEvents: true,
    scanInterval: 1000,
    commandOptions,
  });
  sentinel.on('error', heard.onError).on('client-error', heard.onError).on('topology-change', heard.onReady);
  return {
    isOrdered: true,
    connect: () => sentinel.connect(),
    send: (_, args, as) =>
      sentinel.sendCommand(false, [...args], as === 'bytes' ? { ...commandOptions, ...asBytes } : commandOptions),
    info: async () => [String(await sentinel.sendCommand(false, ['INFO']))],
    subscribe: async (channel, listener) => void (await sentinel.sSubscribe(channel, listener)),
    unsubscribe: async (channel) => void (await sentinel.sUnsubscribe(channel)),
    close: () => sentinel.close(),
    destroy: () => void sentinel.destroy(),
  };
}
