/** Real Redis servers on free ports of loopback, each in a folder of its own, ended with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient } from 'redis';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { openTemporaryFolder } from './projects.ts';

export interface TestRedis extends AsyncDisposable {
  readonly port: number;
  /** Its folder, where it keeps dump.rdb. */
  readonly folder: string;
  /** The store's URL, `redis://127.0.0.1:<port>`. */
  readonly url: string;
  /** One command of the test's own. */
  command(...args: string[]): Promise<unknown>;
  /** Ends the server with a signal; resolves when it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and folder, `more` options in place of the first. */
  start(...more: string[]): Promise<void>;
  /** SIGSTOP and SIGCONT: a server that hangs. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
}

/** Starts a server; `args` are options of redis-server. */
export async function openRedisServer(...args: string[]): Promise<TestRedis> {
  return await openRedisWith(args, {});
}

/** The same with more in its environment. */
export async function openRedisWith(args: readonly string[], env: Record<string, string>): Promise<TestRedis> {
  for (let tries = 1; ; tries++) {
    const server = await openServerAt(await freePort(), args, env);
    if (server !== undefined) return server;
    if (tries === portTriesMax) throw new Error(`redis-server did not start on any of ${tries} ports`);
  }
}

/** A port may be taken between its choice and its use; a node of a cluster wants the port 10,000 above free as well. */
const portTriesMax = 5;

/** A server that answers; undefined where it has ended at once. */
async function openServerAt(
  port: number,
  args: readonly string[],
  env: Record<string, string>,
): Promise<TestRedis | undefined> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  let child: ChildProcess | undefined;
  const runs = () => child !== undefined && child.exitCode === null && child.signalCode === null;
  const start = async (...more: string[]) => {
    const own = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder.path,
      '--save',
      '',
      '--daemonize',
      'no',
    ];
    child = spawn('redis-server', [...own, ...args, ...more], { stdio: 'ignore', env: { ...process.env, ...env } });
    const answers = async () => !runs() || (await command(port, ['PING'])) === 'PONG';
    await eventually(answers, { timeoutMs: 20_000 });
    if (!runs()) throw new Error(`redis-server ended at once on port ${port}`);
  };
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child === undefined || !runs()) return;
    const ended = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await ended;
  };
  stack.defer(() => end('SIGKILL'));
  try {
    await start();
  } catch (error) {
    if (runs()) throw error;
    return undefined;
  }
  const kept = stack.move();
  return {
    port,
    folder: folder.path,
    url: `redis://127.0.0.1:${port}`,
    command: (...words) => command(port, words),
    end,
    start,
    signal: (signal) => void child?.kill(signal),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export interface TestCluster extends AsyncDisposable {
  readonly nodes: readonly TestRedis[];
  /** The store's URL, `redis+cluster://…`. */
  readonly url: string;
}

const slots = 16_384;

/** Starts three masters that share the slots. */
export async function openRedisCluster(): Promise<TestCluster> {
  await using stack = new AsyncDisposableStack();
  const options = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '2000',
    '--cluster-require-full-coverage',
    'no',
  ];
  const nodes = await Promise.all([1, 2, 3].map(() => openRedisServer(...options)));
  for (const node of nodes) stack.use(node);
  const [first, ...others] = nodes as [TestRedis, ...TestRedis[]];
  for (const [index, node] of nodes.entries()) {
    const range = [index, index + 1].map((part) => Math.floor((part * slots) / nodes.length));
    await node.command('CLUSTER', 'ADDSLOTSRANGE', String(range[0]), String((range[1] ?? 0) - 1));
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
  }
  for (const node of others) await first.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port));
  for (const node of nodes) {
    await eventually(
      async () => {
        const info = String(await node.command('CLUSTER', 'INFO'));
        return /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info) && /cluster_size:3/.test(info);
      },
      { timeoutMs: 20_000 },
    );
  }
  const kept = stack.move();
  return {
    nodes,
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

export interface TestSentinel extends AsyncDisposable {
  /** The store's URL, `redis+sentinel://…/sallyport`. */
  readonly url: string;
  readonly master: TestRedis;
  readonly replica: TestRedis;
}

/** Starts a master, a replica, and one sentinel that replaces the master within about 2 s. */
export async function openRedisSentinel(): Promise<TestSentinel> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  const [master, replica] = [stack.use(await openRedisServer()), stack.use(await openRedisServer())];
  await replica.command('REPLICAOF', '127.0.0.1', String(master.port));
  await eventually(async () => /master_link_status:up/.test(String(await replica.command('INFO', 'replication'))));
  const port = await freePort();
  const config = join(folder.path, 'sentinel.conf');
  await writeFile(
    config,
    `port ${port}\nbind 127.0.0.1\ndir ${folder.path}\nsentinel monitor sallyport 127.0.0.1 ${master.port} 1
sentinel down-after-milliseconds sallyport 500\nsentinel failover-timeout sallyport 2000\n`,
  );
  const child = spawn('redis-server', [config, '--sentinel'], { stdio: 'ignore' });
  stack.defer(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await eventually(
    async () => String(await command(port, ['SENTINEL', 'REPLICAS', 'sallyport'])).includes(String(replica.port)),
    { timeoutMs: 20_000 },
  );
  const kept = stack.move();
  return {
    url: `redis+sentinel://127.0.0.1:${port}/sallyport`,
    master,
    replica,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function command(port: number, words: readonly string[]): Promise<unknown> {
  const client = createClient({ RESP: 2, socket: { port, host: '127.0.0.1', reconnectStrategy: false } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.sendCommand(words);
  } finally {
    client.destroy();
  }
}
