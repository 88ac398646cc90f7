/**
 * `npm run bench:round-trips [times]`: commits of each engine beside raw writes to it, and a command's whole way (post → the held poll answers → its
 * result → the held wait answers) beside bare Koa that hands the same four messages on from memory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createClient } from 'redis';
import { openStore } from '../../api/store/open.ts';
import { anyRev, openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { openRedisServer } from '../../test/kit/redis.ts';
import { calibrate } from './calibration.ts';
import { type BenchRelay, benchKinds, benchTitles, openBenchRelay } from './relays.ts';
import { percentile, spread } from './statistics.ts';

const times = Number(process.argv[2] ?? 500);
const warmUp = 100;
const value = 'x'.repeat(500);

console.log(`${times} of each; ${await calibrate()}`);
await compareCommits();
const floor = await measureFloor();
print('command round trip, bare Koa (floor)', floor, floor);
for (const kind of benchKinds) {
  await using relay = await openBenchRelay(kind);
  print(`command round trip, ${benchTitles[kind]}`, await measureRoundTrips(relay), floor);
}
console.log('  aim: a round trip p50 under 4 × the floor');

function print(title: string, samples: readonly number[], beside: readonly number[]): void {
  const ratio = percentile(samples, 0.5) / percentile(beside, 0.5);
  console.log(`  ${title.padEnd(44)}${spread(samples)}   p50 ${ratio.toFixed(2)} × floor`);
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

async function measureRoundTrips(relay: BenchRelay): Promise<number[]> {
  const bridge = await openBridgeCalls(relay);
  let after = 0;
  const serve = async (count: number) => {
    for (let done = 0; done < count; ) {
      const { json } = await bridge.poll<{ commands: { id: string; lease: string }[]; after: number }>(after);
      after = json.after;
      for (const command of json.commands) {
        await bridge.settle(command, 'done', { result: {} });
        done += 1;
      }
    }
  };
  const serving = serve(warmUp + times);
  const samples = await timed(async () => {
    const body = { kind: 'spec-archive', args: { project: 'project-one', spec: 'a' }, ifRev: anyRev };
    const sent = await relay.ask<{ id: string; machine: string }>('POST', `/v1/machines/${bridge.machine}/commands`, {
      body,
    });
    const ended = await relay.ask<{ state: string }>(
      'GET',
      `/v1/machines/${sent.json.machine}/commands/${sent.json.id}?wait=10`,
    );
    if (ended.json.state !== 'done') throw new Error(JSON.stringify(ended.json));
  });
  await serving;
  return samples;
}

/** The same four messages through bare Koa. */
async function measureFloor(): Promise<number[]> {
  const code = `import Koa from 'koa'; import { once, EventEmitter } from 'node:events'; const bus = new EventEmitter(); let queue = [];
    const read = async (request) => { let text = ''; for await (const chunk of request) text += chunk; return JSON.parse(text || '{}'); };
    const done = new Set(); const app = new Koa();
    app.use(async (context) => { const body = context.method === 'POST' ? await read(context.req) : undefined;
      if (context.path === '/command') { queue.push(body); bus.emit('command'); context.body = body; }
      if (context.path === '/poll') { if (queue.length === 0) await once(bus, 'command'); context.body = queue; queue = []; }
      if (context.path === '/result') { done.add(body.id); bus.emit('done' + body.id); context.body = '{}'; }
      if (context.path === '/wait') { const { id } = context.query; if (!done.has(Number(id))) await once(bus, 'done' + id); context.body = '{}'; } });
    app.listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
  const [line] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(line).trim()}`;
  const post = async (path: string, body: object) =>
    await (await fetch(url + path, { method: 'POST', body: JSON.stringify(body) })).json();
  const serve = async (count: number) => {
    for (let done = 0; done < count; ) {
      for (const { id } of (await post('/poll', {})) as { id: number }[]) {
        await post('/result', { id });
        done += 1;
      }
    }
  };
  const serving = serve(warmUp + times);
  const samples = await timed(async (id) => {
    await post('/command', { id, kind: 'project-info' });
    await (await fetch(`${url}/wait?id=${id}`)).text();
  });
  await serving;
  child.kill();
  return samples;
}
