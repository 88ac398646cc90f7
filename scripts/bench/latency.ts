/**
 * `npm run bench:latency [saves]`: a save on the machine → the event at a subscriber, on loopback, 381 real specs watched: whole
 * and hop by hop, one after the other and at random, alone and among 1,000 machines, each beside a floor. All are measured in turn, so
 * that all meet the same machine. Absolute times say little on a shared machine: the ratios count.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openTemporaryFolder, realProjectsMissing } from '../../test/kit/projects.ts';
import { calibrate } from './calibration.ts';
import { startCommitFloor, startSaveFloor } from './latency-floors.ts';
import { type HopNote, openBenchWorld, type Save } from './latency-world.ts';
import { percentile, spread } from './statistics.ts';

const saves = Number(process.argv[2] ?? 120);
const crowd = 1000;
const warmUp = 10;
/** Between single saves: long enough for what follows one to be over. */
const pauseMs = 250;

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}
console.log(`save → event, 381 specs, ${saves} saves of each; ${await calibrate()}`);
await using folder = await openTemporaryFolder();
await using saveFloor = await startSaveFloor(folder.path);
await using commitFloor = await startCommitFloor(folder.path);
await using alone = await openBenchWorld(1);
await using among = await openBenchWorld(crowd);

const single = { alone: [] as Save[], among: [] as Save[], floor: [] as number[], commit: [] as number[] };
for (let n = 0; n < warmUp + saves; n++) {
  const turn = {
    alone: await paused(() => alone.save(n)),
    floor: await paused(() => saveFloor.save(n)),
    among: await paused(() => among.save(n)),
    commit: await paused(() => commitFloor.commit(n)),
  };
  if (n < warmUp) continue;
  single.alone.push(turn.alone);
  single.among.push(turn.among);
  single.floor.push(turn.floor);
  single.commit.push(turn.commit);
  process.stderr.write(`\r${n + 1 - warmUp} of ${saves} single saves`);
}
const random: Save[] = [];
for (let n = 0; n < saves; n++) {
  const next = delay(200 + 1600 * Math.random());
  random.push(await alone.save(warmUp + saves + n));
  await next;
  process.stderr.write(`\r${n + 1} of ${saves} saves at random`);
}
process.stderr.write('\n');
const bytes = [await alone.eventBytes(), await among.eventBytes()];
const hops = hopsOf(single.alone, await alone.end());
report();

async function paused<Result>(act: () => Promise<Result>): Promise<Result> {
  await delay(pauseMs);
  return await act();
}

function report(): void {
  const [one, many, floor] = [single.alone.map(took), single.among.map(took), single.floor];
  line('whole', one, floor, 'floor', 'p50 at most 2.5');
  for (const [name, samples] of Object.entries(hops)) console.log(`    ${name.padEnd(24)}${spread(samples)}`);
  console.log(`  ${'floor'.padEnd(26)}${spread(floor)}`);
  line('POST → commit', hops['POST → commit'] ?? [], single.commit, 'bare Koa', 'p50 at most 1.6');
  console.log(`  ${'bare Koa commit'.padEnd(26)}${spread(single.commit)}`);
  const atRandom = random.map(took);
  const worst = percentile(atRandom, 0.99) / percentile(one, 0.5);
  console.log(
    `  ${'0.2 to 1.8 s apart'.padEnd(26)}${spread(atRandom)}   p99 ${worst.toFixed(2)} × p50 of single ones (aim: at most 3)`,
  );
  line(`among ${crowd} machines`, many, one, 'alone', 'p50 at most 1.1');
  for (const [at, { event, document }] of bytes.entries())
    console.log(
      `  an event of one document, ${at === 0 ? 'alone' : `among ${crowd} machines`}: ${event} bytes, ${(event / document).toFixed(2)} × its JSON (aim: at most 1.3)`,
    );
}

function line(name: string, samples: readonly number[], beside: readonly number[], of: string, aim: string): void {
  const ratio = (part: number) => (percentile(samples, part) / percentile(beside, part)).toFixed(2);
  console.log(
    `  ${name.padEnd(26)}${spread(samples)}   p50 ${ratio(0.5)} × ${of} · p99 ${ratio(0.99)} × (aim: ${aim})`,
  );
}

function took({ savedAt, arrivedAt }: Save): number {
  return arrivedAt - savedAt;
}

/** The time between one hop's note and the next within each save; the first note of a hop after the save counts. */
function hopsOf(list: readonly Save[], notes: readonly HopNote[]): Record<string, number[]> {
  const result: Record<string, number[]> = {};
  for (const { savedAt, arrivedAt } of list) {
    const first = (hop: string, after: number) =>
      notes.find((note) => note.hop === hop && note.at >= after && note.at <= arrivedAt)?.at ?? Number.NaN;
    const received = first('received', savedAt);
    const at = (hop: string) => first(hop, hop === 'committed' ? received : savedAt);
    const parts = {
      'save → watcher': at('seen') - savedAt,
      'read and hash': at('described') - at('seen'),
      batch: at('posted') - at('described'),
      POST: at('received') - at('posted'),
      commit: at('committed') - at('received'),
      SSE: arrivedAt - at('committed'),
      'POST → commit': at('committed') - at('described'),
    };
    for (const [name, ms] of Object.entries(parts)) if (!Number.isNaN(ms)) result[name] = [...(result[name] ?? []), ms];
  }
  return result;
}
