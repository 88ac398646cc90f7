/**
 * `npm run bench:fleet [bridges] [documents] [readers] [sqlite|redis|two]`: a simulated fleet that grows through three sizes on one relay with SQLite, and on
 * two with Redis. At each size the relay is restarted, so that what is measured is what it holds and not what the uploads have left: the time
 * until all bridges poll again, memory for each bridge and each reader, CPU while nothing happens and for a save, the store. A line through the three sizes
 * says what a fleet of 100,000 would need. 120 bridges × 50 documents and 30 readers where nothing else is said; 10,000 × 100 and 2,000 take a quarter
 * of an hour, and more open files than most shells allow (`ulimit -n 65536`).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { sessionOf } from '../../test/kit/session.ts';
import { calibrate } from './calibration.ts';
import { cpuMs, highestBytes, residentBytes } from './process-use.ts';
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
/** As long as a poll is held: each bridge has asked anew once. */
const IDLE_MS = 25_000;
const ANSWER_MS_MAX = 500;
const RECONNECT_MS_MAX = 600_000;

interface Measured {
  readonly bridges: number;
  readonly readers: number;
  readonly uploadSeconds: number;
  readonly mostBytes: number;
  readonly bytesOfBridges: number;
  readonly bytesOfReaders: number;
  readonly storeBytes: number;
  /** CPU time of the relay for a second in which nothing happens: cores. */
  readonly idleCores: number;
  readonly cpuMsOfSave: number;
  readonly reconnectMs: number;
}

console.log(`${bridges} bridges × ${documents} documents, ${readers} readers; ${await calibrate()}`);
for (const kind of kinds) {
  await using relay = await openBenchRelay(kind);
  await using crowd = startBenchProgram('fleet-bridges.ts');
  await delay(3000);
  const bare = residentOf(relay);
  const keys: string[] = [relay.key];
  const measured: Measured[] = [];
  for (const size of sizes) {
    const uploadSeconds = await grow(relay, crowd, keys, measured.at(-1)?.bridges ?? 0, size.bridges);
    const mostBytes = relay.pids().reduce((sum, pid) => sum + highestBytes(pid), 0);
    const one = { uploadSeconds, mostBytes, ...(await measure(relay, crowd, keys, size, bare)) };
    measured.push(one);
    report(`${benchTitles[kind]}, ${one.bridges} bridges, ${one.readers} readers`, one);
  }
  extrapolate(benchTitles[kind], measured);
}
process.exit();

/** Adds bridges until there are so many, spread over the processes of the relay; answers the seconds. */
async function grow(relay: BenchRelay, crowd: BenchProgram, keys: string[], from: number, to: number): Promise<number> {
  const startedAt = performance.now();
  for (let have = from; have < to; ) {
    const at = Math.floor(have / PER_ORGANISATION);
    const key = keys[at] ?? (await openOrganisation(relay, at));
    keys[at] = key;
    const count = Math.min(PER_ORGANISATION - (have % PER_ORGANISATION), to - have);
    await crowd.ask({ url: relay.urls[at % relay.urls.length], key, count, documents });
    have += count;
  }
  return (performance.now() - startedAt) / 1000;
}

async function measure(
  relay: BenchRelay,
  crowd: BenchProgram,
  keys: readonly string[],
  size: (typeof sizes)[number],
  bare: number,
): Promise<Omit<Measured, 'uploadSeconds' | 'mostBytes'>> {
  let startedAt = 0;
  await relay.restart('SIGTERM', async () => {
    await crowd.ask({ again: true });
    startedAt = performance.now();
  });
  await allPoll(relay, crowd, size.bridges);
  const reconnectMs = performance.now() - startedAt;
  const idle = await coresOf(relay, () => delay(IDLE_MS));
  const withBridges = residentOf(relay);
  await using clients = startBenchProgram('readers.ts');
  const perOrganisation = Math.ceil(size.readers / keys.length);
  for (const [at, key] of keys.entries())
    await clients.ask({
      kind: 'sse',
      url: `${relay.urls[at % relay.urls.length]}/v1/stream?live=sse`,
      count: perOrganisation,
      mark: 'event: data\n',
      headers: [`Authorization: Bearer ${key}`],
    } satisfies ReaderGroup);
  await delay(3000);
  const withReaders = residentOf(relay);
  await crowd.ask({ save: SAVES });
  const saving = await coresOf(relay, () => crowd.ask({ save: SAVES }));
  return {
    bridges: size.bridges,
    readers: perOrganisation * keys.length,
    bytesOfBridges: withBridges - bare,
    bytesOfReaders: withReaders - withBridges,
    storeBytes: await relay.storeBytes(),
    idleCores: idle.cores,
    cpuMsOfSave: ((saving.cores - idle.cores) * saving.ms) / SAVES,
    reconnectMs,
  };
}

/** A key of an admin of one more organisation. */
async function openOrganisation({ ask, url }: BenchRelay, at: number): Promise<string> {
  const made = await ask<{ url: string }>('POST', '/v1/organisations', { body: { name: `team ${at}`, owner: 'Ada' } });
  const body = { token: made.json.url.split('/').at(-1) };
  const opened = await ask('POST', '/v1/sessions', { key: null, body });
  const headers = { ...sessionOf(opened), 'sec-fetch-site': 'same-origin', origin: url };
  const wanted = { name: 'fleet', scope: 'admin' };
  return (await ask<{ key: string }>('POST', '/v1/keys', { key: null, headers, body: wanted })).json.key;
}

/** Until each bridge has had a poll held, and the relay answers at once: one that is busy holds nothing, it only has not answered yet. */
async function allPoll({ urls }: BenchRelay, crowd: BenchProgram, wanted: number): Promise<void> {
  const answers = async (url: string) =>
    await fetch(`${url}/v1/hello`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) }).then(
      ({ ok }) => ok,
      () => false,
    );
  const deadline = performance.now() + RECONNECT_MS_MAX;
  while (performance.now() < deadline) {
    const { held } = await crowd.ask<{ held: number }>({});
    if (held === wanted && (await Promise.all(urls.map(answers))).every(Boolean)) return;
    await delay(200);
  }
  throw new Error(`not all of ${wanted} bridges poll`);
}

/** The relay's CPU while something is done, in cores, and how long that took. */
async function coresOf(relay: BenchRelay, work: () => Promise<unknown>): Promise<{ cores: number; ms: number }> {
  const cpu = () => relay.pids().reduce((sum, pid) => sum + cpuMs(pid), 0);
  const [before, startedAt] = [cpu(), performance.now()];
  await work();
  const ms = performance.now() - startedAt;
  return { cores: (cpu() - before) / ms, ms };
}

/** Resident memory of the relay's processes together. */
function residentOf(relay: BenchRelay): number {
  return relay.pids().reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function report(title: string, one: Measured): void {
  const kib = (bytes: number, count: number) => `${(bytes / count / 1024).toFixed(0)} KiB`;
  const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  console.log(
    [
      `  ${title}: ${kib(one.bytesOfBridges, one.bridges)} a bridge`,
      `${kib(one.bytesOfReaders, one.readers)} a reader`,
      `${(100 * one.idleCores).toFixed(0)} % of a core while nothing happens`,
      `${one.cpuMsOfSave.toFixed(1)} ms CPU a save`,
      `all poll again ${(one.reconnectMs / 1000).toFixed(1)} s after the relay begins to start`,
      `store ${mib(one.storeBytes)}`,
      `added in ${one.uploadSeconds.toFixed(0)} s, with at most ${mib(one.mostBytes)} of memory`,
    ].join(', '),
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
  const stored = slopeOf(measured.map((one) => [one.bridges, one.storeBytes]));
  const idle = slopeOf(measured.map((one) => [one.bridges, one.idleCores]));
  const saves = measured.reduce((sum, one) => sum + one.cpuMsOfSave, 0) / measured.length;
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  // Each machine saves a document every ten minutes.
  const cores = idle * FLEET + ((FLEET / 600) * saves) / 1000;
  console.log(
    `  ${title}: ${FLEET.toLocaleString('en')} bridges and ${(FLEET / 5).toLocaleString('en')} readers would take ${gib((bridge + reader / 5) * FLEET)} of memory, a store of ${gib(stored * FLEET)}, and ${cores.toFixed(1)} cores where each machine saves every ten minutes`,
  );
}
