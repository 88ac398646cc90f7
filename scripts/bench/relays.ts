/** The relay as it is measured: on SQLite, on a Redis, and two processes on one Redis. */
import { createAsk, type TestApi } from '../../test/kit/api.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
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
