/**
 * `npm run bench:round-trips [times]`: commits of each engine beside raw writes to it; and the whole way of a command (post → the held poll answers → its
 * result → the held wait answers) and of a query (the held post → the poll answers → its answer), beside bare Koa that hands the same messages on from memory.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { openStore } from '../../api/store/open.ts';
import { anyRev, openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { openRedisServer } from '../../test/kit/redis.ts';
import { calibrate } from './calibration.ts';
import { type BenchKind, type BenchRelay, benchKinds, benchTitles, openBenchRelay } from './relays.ts';
import { openFloor, type RoundTrips } from './round-trip-floor.ts';
import { percentile, spread } from './statistics.ts';

const times = Number(process.argv[2] ?? 500);
const warmUp = 100;
const value = 'x'.repeat(500);

console.log(`${times} of each; ${await calibrate()}`);
await compareCommits();
for (const kind of benchKinds) await compareRoundTrips(kind);
console.log('  aims: a query at most 1.5 × its floor and 0.6 × a command; a command at most 3 × its floor on SQLite,');
console.log('  4 × on Redis, 4.5 × with two processes');

function print(title: string, samples: readonly number[], beside: readonly number[]): void {
  const ratio = percentile(samples, 0.5) / percentile(beside, 0.5);
  console.log(`  ${title.padEnd(54)}${spread(samples)}   p50 ${ratio.toFixed(2)} × floor`);
}

/** Times of one call after the other, in ms. */
async function timed(act: (n: number) => Promise<unknown> | unknown): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < warmUp + times; n++) {
    const at = performance.now();
    await act(n);
    if (n >= warmUp) samples.push(performance.now() - at);
  }
  return samples;
}

/** A row, an entry and a signal, as a saved document has it. */
async function compareCommits(): Promise<void> {
  await using folder = await openTemporaryFolder();
  await using server = await openRedisServer('--appendonly', 'yes');
  const raw = new DatabaseSync(join(folder.path, 'raw.sqlite'));
  raw.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log(id INTEGER PRIMARY KEY, entry TEXT)');
  const insert = raw.prepare('INSERT INTO log(entry) VALUES (?)');
  const floors = { sqlite: await timed(() => insert.run(value)), redis: [] as number[] };
  raw.close();
  const client = await createClient({ url: server.url }).connect();
  floors.redis = await timed(() => client.xAdd('raw', '*', { value }));
  await client.close();
  for (const [engine, url] of [
    ['sqlite', `sqlite:${join(folder.path, 'store.sqlite')}`],
    ['redis', server.url],
  ] as const) {
    await using store = await openStore(url);
    const samples = await timed((n) =>
      store.commit('m:bench', {
        put: [{ table: 'documents', key: `${n % 100}`, value }],
        append: [{ log: 'events', value }],
        signal: ['events'],
      }),
    );
    print(`commit, ${engine} (floor: one raw write)`, samples, floors[engine]);
  }
}

/** Of one kind of relay, each way beside its floor, one of each in turn, so that all have the same noise. */
async function compareRoundTrips(kind: BenchKind): Promise<void> {
  await using relay = await openBenchRelay(kind);
  await using floor = await openFloor();
  await using measured = await openRoundTrips(relay);
  const acts = [floor.command, measured.command, floor.query, measured.query] as const;
  const samples = acts.map((): number[] => []);
  for (let n = 0; n < warmUp + times; n++)
    for (const [index, act] of acts.entries()) {
      const at = performance.now();
      await act();
      if (n >= warmUp) samples[index]?.push(performance.now() - at);
    }
  const [bareCommand = [], command = [], bareQuery = [], query = []] = samples;
  print(`command, bare Koa beside ${benchTitles[kind]} (floor)`, bareCommand, bareCommand);
  print(`command, ${benchTitles[kind]}`, command, bareCommand);
  print(`query, bare Koa beside ${benchTitles[kind]} (floor)`, bareQuery, bareQuery);
  print(`query, ${benchTitles[kind]}`, query, bareQuery);
  const ratio = percentile(query, 0.5) / percentile(command, 0.5);
  console.log(`  ${`query beside command, ${benchTitles[kind]}`.padEnd(54)}p50 ${ratio.toFixed(2)} ×`);
}

/** A machine that polls, and who asks it. */
async function openRoundTrips(relay: BenchRelay): Promise<RoundTrips> {
  const bridge = await openBridgeCalls(relay);
  const ends = new AbortController();
  let after = 0;
  const serve = async () => {
    while (!ends.signal.aborted) {
      const { json } = await bridge.poll<Polled>(after);
      after = json.after;
      for (const { id } of json.queries) await bridge.answer(id, { name: 'one' });
      for (const command of json.commands) await bridge.settle(command, 'done', { result: {} });
    }
  };
  const serving = serve();
  const path = `/v1/machines/${bridge.machine}`;
  const query = async () => {
    const body = { kind: 'project-info', args: { project: 'project-one' } };
    const { status, json } = await relay.ask('POST', `${path}/queries`, { body });
    if (status !== 200) throw new Error(JSON.stringify(json));
  };
  return {
    query,
    command: async () => {
      const body = { kind: 'spec-archive', args: { project: 'project-one', spec: 'a' }, ifRev: anyRev };
      const sent = await relay.ask<{ id: string }>('POST', `${path}/commands`, { body });
      const ended = await relay.ask<{ state: string }>('GET', `${path}/commands/${sent.json.id}?wait=10`);
      if (ended.json.state !== 'done') throw new Error(JSON.stringify(ended.json));
    },
    [Symbol.asyncDispose]: async () => {
      ends.abort();
      // The poll that is held has something to end with.
      await query();
      await serving;
    },
  };
}

interface Polled {
  readonly commands: { readonly id: string; readonly lease: string }[];
  readonly queries: { readonly id: string }[];
  readonly after: number;
}
