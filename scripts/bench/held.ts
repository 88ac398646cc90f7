/**
 * `npm run bench:held [count]`: 2,000 held streams, then 2,000 held polls, each of a relay on SQLite, on Redis, and of two processes: memory
 * a connection and the time until all of them are woken, beside bare Koa that holds as many (the floor).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connectRequest, openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { calibrate } from './calibration.ts';
import { residentBytes } from './process-use.ts';
import { type BenchProgram, startBenchProgram } from './programs.ts';
import type { ReaderGroup } from './readers.ts';
import { type BenchKind, type BenchRelay, benchKinds, benchTitles, openBenchRelay } from './relays.ts';

const count = Number(process.argv[2] ?? 2000);
/** One key may hold 500 requests. */
const perKey = 400;
const machines = 50;

interface Result {
  readonly title: string;
  readonly bytesEach: number;
  readonly wakeMs: number;
}

console.log(`${count} held connections; ${await calibrate()}`);
print(await measureFloor());
for (const kind of process.argv[3] === undefined ? benchKinds : [process.argv[3] as BenchKind]) {
  print(await measureStreams(kind));
  print(await measurePolls(kind));
}
console.log('  aim: at most 20 KiB a connection');

function print({ title, bytesEach, wakeMs }: Result): void {
  const kib = `${(bytesEach / 1024).toFixed(1)} KiB each`;
  console.log(`  ${title.padEnd(36)}${kib.padStart(16)}   all woken in ${wakeMs.toFixed(0)} ms`);
}

/** Bare Koa that holds every GET and answers all of them at a POST. */
async function measureFloor(): Promise<Result> {
  const code = `import Koa from 'koa'; const held = []; const app = new Koa();
    app.use(async (context) => { if (context.method === 'POST') { for (const one of held.splice(0)) one(); context.body = '{}'; return; }
      await new Promise((resolve) => held.push(resolve)); context.body = '@@'; });
    app.listen(0, '127.0.0.1', 4096, function () { console.log(this.address().port); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
  const [line] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(line).trim()}/`;
  const pid = child.pid ?? 0;
  const before = await settledBytes([pid]);
  await using readers = startBenchProgram('readers.ts');
  await readers.ask({ kind: 'poll', url, count, mark: '@@' } satisfies ReaderGroup);
  const bytesEach = ((await settledBytes([pid])) - before) / count;
  const startedAt = now();
  await fetch(url, { method: 'POST' });
  const wakeMs = (await lastArrival(readers, count)) - startedAt;
  child.kill();
  return { title: 'bare Koa, polls (floor)', bytesEach, wakeMs };
}

async function measureStreams(kind: BenchKind): Promise<Result> {
  await using relay = await openBenchRelay(kind);
  const bridge = await openBridgeCalls(relay);
  await bridge.put('specs/1/README.md', 'first');
  const keys = await relay.readKeys(Math.ceil(count / perKey));
  await using readers = startBenchProgram('readers.ts');
  const before = await settledBytes(relay.pids());
  for (const [index, key] of keys.entries())
    await readers.ask({
      kind: 'sse',
      url: `${target(relay, index)}/v1/stream?live=sse`,
      count: Math.min(perKey, count - index * perKey),
      mark: 'event: data\n',
      headers: [`Authorization: Bearer ${key}`],
    } satisfies ReaderGroup);
  const bytesEach = ((await settledBytes(relay.pids())) - before) / count;
  const startedAt = now();
  await bridge.put('specs/1/README.md', 'second');
  const wakeMs = (await lastArrival(readers, count)) - startedAt;
  return { title: `Sallyport, ${benchTitles[kind]}, streams`, bytesEach, wakeMs };
}

/** Polls of `machines` machines, many of each: what is measured is what is held, whoever holds it. */
async function measurePolls(kind: BenchKind): Promise<Result> {
  await using relay = await openBenchRelay(kind);
  await using readers = startBenchProgram('readers.ts');
  const connected: { key: string; id: string; epoch: number }[] = [];
  for (let n = 0; n < machines; n++) {
    const made = await relay.ask<{ machine: { id: string }; key: string }>('POST', '/v1/machines', {
      body: { name: `m${n}` },
    });
    const { key, machine } = made.json;
    const { json } = await relay.ask<{ epoch: number }>('POST', '/v1/bridge/connect', {
      key,
      body: connectRequest(`m${n}`),
    });
    connected.push({ key, id: machine.id, epoch: json.epoch });
  }
  const before = await settledBytes(relay.pids());
  for (const [index, { key, epoch }] of connected.entries())
    await readers.ask({
      kind: 'poll',
      url: `${target(relay, index)}/v1/bridge/poll`,
      count: count / machines,
      mark: '"commands":',
      headers: [`Authorization: Bearer ${key}`, 'Content-Type: application/json'],
      body: JSON.stringify({ epoch, after: 0, holding: [], waitSeconds: 50 }),
    } satisfies ReaderGroup);
  const bytesEach = ((await settledBytes(relay.pids())) - before) / count;
  const startedAt = now();
  const command = { kind: 'spec-archive', args: { project: 'project-one', spec: 'a' }, ifRev: '0'.repeat(64) };
  await Promise.all(connected.map(({ id }) => relay.ask('POST', `/v1/machines/${id}/commands`, { body: command })));
  const wakeMs = (await lastArrival(readers, count)) - startedAt;
  return { title: `Sallyport, ${benchTitles[kind]}, polls`, bytesEach, wakeMs };
}

function target({ urls }: BenchRelay, index: number): string {
  return urls[index % urls.length] ?? '';
}

/** Resident memory of processes together, once it has stopped to move. */
async function settledBytes(pids: readonly number[]): Promise<number> {
  await delay(5000);
  return pids.reduce((sum, pid) => sum + residentBytes(pid), 0);
}

/** When the last of so many messages came, in ms since 1970. */
async function lastArrival(readers: BenchProgram, wanted: number): Promise<number> {
  for (let look = 0; look < 200; look++) {
    await delay(100);
    const { messages, lastAt } = await readers.ask<{ messages: number; lastAt: number }>({});
    if (messages >= wanted) return lastAt;
  }
  throw new Error(`not all of ${wanted} were woken`);
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
