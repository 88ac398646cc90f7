/**
 * `npm run bench:fleet [bridges] [documents] [readers] [sqlite|redis|two]`: a simulated fleet on one relay with SQLite, and on two with Redis, at three sizes: memory
 * of the relay for each bridge and each reader, its CPU for a save, the time until all bridges poll again after a restart; and what a fleet of
 * 100,000 would need, by a line through the three sizes. 120 bridges × 50 documents and 30 readers where nothing else is said: that ends within five minutes
 * on two busy cores, and larger ones show more.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { sessionOf } from '../../test/kit/session.ts';
import { calibrate } from './calibration.ts';
import { cpuMs, residentBytes } from './process-use.ts';
import { type BenchProgram, startBenchProgram } from './programs.ts';
import type { ReaderGroup } from './readers.ts';
import { type BenchKind, type BenchRelay, benchTitles, openBenchRelay } from './relays.ts';

const [bridges = 120, documents = 50, readers = Math.ceil(bridges / 4)] = process.argv.slice(2, 5).map(Number);
const kinds = process.argv[5] === undefined ? (['sqlite', 'two'] as const) : [process.argv[5] as BenchKind];
const sizes = [0.25, 0.5, 1].map((part) => ({
  bridges: Math.ceil(bridges * part),
  readers: Math.ceil(readers * part),
}));
/** A team: its readers follow all of its machines. */
const PER_ORGANISATION = 50;
const SAVES = 200;
const FLEET = 100_000;

interface Measured {
  readonly bridges: number;
  readonly readers: number;
  readonly bytesOfBridges: number;
  readonly bytesOfReaders: number;
  readonly cpuMsOfSave: number;
  readonly reconnectMs: number;
}

console.log(`${bridges} bridges × ${documents} documents, ${readers} readers; ${await calibrate()}`);
for (const kind of kinds) {
  const measured: Measured[] = [];
  for (const size of sizes) {
    await using relay = await openBenchRelay(kind);
    const one = await measure(relay, size);
    measured.push(one);
    report(`${benchTitles[kind]}, ${one.bridges} bridges, ${one.readers} readers`, one);
  }
  extrapolate(benchTitles[kind], measured);
}
process.exit();

async function measure(relay: BenchRelay, size: (typeof sizes)[number]): Promise<Measured> {
  await using crowd = startBenchProgram('fleet-bridges.ts');
  await using clients = startBenchProgram('readers.ts');
  const keys = await openOrganisations(relay, Math.ceil(size.bridges / PER_ORGANISATION));
  const idle = await settledBytes(relay);
  for (const [at, key] of keys.entries()) {
    const count = Math.min(PER_ORGANISATION, size.bridges - at * PER_ORGANISATION);
    await crowd.ask({ url: relay.url, key, count, documents });
  }
  await allPoll(crowd, size.bridges);
  const withBridges = await settledBytes(relay);
  for (const [at, key] of keys.entries())
    await clients.ask({
      kind: 'sse',
      url: `${relay.urls[at % relay.urls.length]}/v1/stream?live=sse`,
      count: Math.ceil(size.readers / keys.length),
      mark: 'event: data\n',
      headers: [`Authorization: Bearer ${key}`],
    } satisfies ReaderGroup);
  const withReaders = await settledBytes(relay);
  await crowd.ask({ save: SAVES });
  const before = cpuOf(relay);
  await crowd.ask({ save: SAVES });
  const cpuMsOfSave = (cpuOf(relay) - before) / SAVES;
  await relay.restart('SIGTERM', async () => void (await crowd.ask({ again: true })));
  const startedAt = performance.now();
  await allPoll(crowd, size.bridges);
  return {
    bridges: size.bridges,
    readers: Math.ceil(size.readers / keys.length) * keys.length,
    bytesOfBridges: withBridges - idle,
    bytesOfReaders: withReaders - withBridges,
    cpuMsOfSave,
    reconnectMs: performance.now() - startedAt,
  };
}

/** A key of an admin of each organisation, whose first is the relay's own. */
async function openOrganisations({ ask, key, url }: BenchRelay, count: number): Promise<readonly string[]> {
  const keys = [key];
  for (let n = 1; n < count; n += 1) {
    const made = await ask<{ url: string }>('POST', '/v1/organisations', { body: { name: `team ${n}`, owner: 'Ada' } });
    const body = { token: made.json.url.split('/').at(-1) };
    const opened = await ask('POST', '/v1/sessions', { key: null, body });
    const headers = { ...sessionOf(opened), 'sec-fetch-site': 'same-origin', origin: url };
    const wanted = { name: 'fleet', scope: 'admin' };
    keys.push((await ask<{ key: string }>('POST', '/v1/keys', { key: null, headers, body: wanted })).json.key);
  }
  return keys;
}

async function allPoll(crowd: BenchProgram, wanted: number): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    if ((await crowd.ask<{ held: number }>({})).held === wanted) return;
    await delay(200);
  }
  throw new Error(`not all of ${wanted} bridges poll`);
}

/** Resident memory of the relay's processes together, once it has stopped to move. */
async function settledBytes(relay: BenchRelay): Promise<number> {
  await delay(3000);
  return relay.pids().reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function cpuOf(relay: BenchRelay): number {
  return relay.pids().reduce((sum, pid) => sum + cpuMs(pid), 0);
}

function report(title: string, one: Measured): void {
  const kibOf = (bytes: number, count: number) => `${(bytes / count / 1024).toFixed(0)} KiB`;
  console.log(
    `  ${title}: ${kibOf(one.bytesOfBridges, one.bridges)} a bridge, ${kibOf(one.bytesOfReaders, one.readers)} a reader, ${one.cpuMsOfSave.toFixed(1)} ms CPU a save, all poll again after ${(one.reconnectMs / 1000).toFixed(1)} s`,
  );
}

/** What one thing more costs: the slope of the line through the sizes (least squares). */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const upper = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return upper / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function extrapolate(title: string, measured: readonly Measured[]): void {
  const bridge = slopeOf(measured.map((one) => [one.bridges, one.bytesOfBridges]));
  const reader = slopeOf(measured.map((one) => [one.readers, one.bytesOfReaders]));
  const saves = measured.reduce((sum, one) => sum + one.cpuMsOfSave, 0) / measured.length;
  const gib = ((bridge + reader / 5) * FLEET) / 1024 ** 3;
  // Somebody saves a document of a machine every ten minutes.
  const cores = ((FLEET / 600) * saves) / 1000;
  console.log(
    `  ${title}: ${FLEET.toLocaleString('en')} bridges and ${(FLEET / 5).toLocaleString('en')} readers would take ${gib.toFixed(1)} GiB, and ${cores.toFixed(1)} cores where each machine saves every ten minutes`,
  );
}
