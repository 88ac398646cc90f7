/** The relay as it is measured: on SQLite, on a Redis, and two processes on one Redis. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createAsk, type TestApi } from '../../test/kit/api.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import type { TestRedis } from '../../test/kit/redis.ts';
import { openRelayProcesses, type RelayProcesses } from '../../test/kit/relay-processes.ts';

export const benchKinds = ['sqlite', 'redis', 'two'] as const;
export type BenchKind = (typeof benchKinds)[number];

export const benchTitles: Readonly<Record<BenchKind, string>> = {
  sqlite: 'SQLite',
  redis: 'Redis',
  two: 'two processes, Redis',
};

export interface BenchRelay extends AsyncDisposable, Pick<RelayProcesses, 'url' | 'urls' | 'key' | 'restart'> {
  readonly ask: TestApi['ask'];
  readonly pids: () => number[];
  /** What the store takes: of SQLite the files, of Redis the memory. */
  storeBytes(): Promise<number>;
  /** Keys of the owner with scope `read`. */
  readKeys(count: number): Promise<string[]>;
}

/** One person does here what thousands do elsewhere. */
const unlimited = { SALLYPORT_REQUESTS_PER_MINUTE: '10000000', SALLYPORT_STREAMS_PER_PERSON: '100000' };

/** Starts a relay of a kind in a temporary folder. */
export async function openBenchRelay(kind: BenchKind): Promise<BenchRelay> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  const relay = stack.use(await openRelayProcesses(folder.path, unlimited, kind));
  const kept = stack.move();
  const ask = createAsk(relay.url, relay.key);
  return {
    ...relay,
    ask,
    pids: () => relay.programs().map(({ child }) => child.pid ?? 0),
    storeBytes: () => (relay.redis === undefined ? fileBytes(join(folder.path, 'relay')) : memoryOf(relay.redis)),
    readKeys: async (count) => {
      const made = Array.from({ length: count }, async (_, n) => {
        const { json } = await ask<{ key: string }>('POST', '/v1/keys', {
          body: { name: `reader ${n}`, scope: 'read' },
        });
        return json.key;
      });
      return await Promise.all(made);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The bytes of all files in a folder. */
async function fileBytes(folder: string): Promise<number> {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function memoryOf(redis: TestRedis): Promise<number> {
  const told = String(await redis.command('INFO', 'memory'));
  return Number(/^used_memory:(\d+)/m.exec(told)?.[1]);
}
