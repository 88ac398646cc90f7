/** The relay of a world as real processes: one on SQLite, one on a Redis or a cluster of three, or two on one Redis behind a proxy that gives each request to the other. */
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Program, startProgram } from './process.ts';
import { openRedisCluster, openRedisWith, type TestCluster, type TestRedis } from './redis.ts';
import { openRoundRobin } from './round-robin.ts';

export const relayKinds = ['sqlite', 'redis', 'cluster', 'two'] as const;
export type RelayKind = (typeof relayKinds)[number];

export interface RelayProcesses extends AsyncDisposable {
  /** Where bridges and people go. */
  readonly url: string;
  /** Where each process listens. */
  readonly urls: readonly string[];
  /** The Redis that they share, where it is one server. */
  readonly redis: TestRedis | undefined;
  /** The owner's key. */
  readonly key: string;
  /** The processes now; others after `restart`. */
  programs(): readonly Program[];
  /** Ends the processes with a signal and starts them again on the same ports and data, `before` in between. */
  restart(signal?: NodeJS.Signals, before?: () => Promise<void>): Promise<void>;
}

/** Which kind this run of the tests asks for (`SALLYPORT_TEST_RELAY`). */
function wantedKind(): RelayKind {
  const wanted = process.env.SALLYPORT_TEST_RELAY ?? 'sqlite';
  const kind = relayKinds.find((each) => each === wanted);
  if (kind === undefined) throw new Error(`SALLYPORT_TEST_RELAY is one of ${relayKinds.join(', ')}`);
  return kind;
}

/** Starts a relay of a kind in a folder, its processes with `env`, and one Redis with `redisEnv`. */
export async function openRelayProcesses(
  folder: string,
  env: Record<string, string>,
  kind: RelayKind = wantedKind(),
  redisEnv: Record<string, string> = {},
): Promise<RelayProcesses> {
  await using stack = new AsyncDisposableStack();
  const store = await openStoreServer(kind, redisEnv, stack);
  const storeOptions = store === undefined ? [] : ['--store', store.url];
  // A public URL has to be known before the relay is.
  const given = env.SALLYPORT_PORT === undefined ? [] : [Number(env.SALLYPORT_PORT)];
  const missing = (kind === 'two' ? 2 : 1) - given.length;
  const ports = [...given, ...(await Promise.all(Array.from({ length: missing }, freePort)))];
  let programs: Program[] = [];
  stack.defer(async () => void (await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()))));
  const start = async () => {
    programs = ports.map((port, index) => {
      const data = join(folder, index === 0 ? 'relay' : `relay-${index + 1}`);
      return startProgram('api/main.ts', ['--port', String(port), '--data', data, '--json', ...storeOptions], env);
    });
    return await Promise.all(programs.map((program) => program.line((line) => 'url' in line)));
  };
  const [first = {}, ...others] = await start();
  const urls = [first, ...others].map(({ url }) => String(url));
  const [url = ''] = others.length === 0 ? urls : [stack.use(await openRoundRobin(urls)).url];
  const kept = stack.move();
  return {
    url,
    urls,
    redis: store !== undefined && 'port' in store ? store : undefined,
    key: String(first.apiKey),
    programs: () => programs,
    restart: async (signal = 'SIGTERM', before) => {
      await Promise.all(programs.map((program) => program.end(signal)));
      await before?.();
      await start();
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function openStoreServer(
  kind: RelayKind,
  env: Record<string, string>,
  stack: AsyncDisposableStack,
): Promise<TestRedis | TestCluster | undefined> {
  if (kind === 'sqlite') return undefined;
  return stack.use(await (kind === 'cluster' ? openRedisCluster() : openRedisWith(['--appendonly', 'yes'], env)));
}
