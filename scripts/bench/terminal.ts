/**
 * `npm run bench:terminal [keys]`: a key → its echo at a reader, with bridge, keeper, relay and reader as processes of their own, on SQLite (FULL) and on
 * Redis with two relays, beside a bare chain of the same hops. A few keys of each in turn, so that all meet the same machine.
 */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { calibrate } from './calibration.ts';
import { startNode } from './programs.ts';
import { percentile, spread } from './statistics.ts';
import { openTerminalWorld } from './terminal-world.ts';
import { openTypist, type Typist } from './typist.ts';

const keys = Number(process.argv[2] ?? 600);
const AT_ONCE = 20;
/** People are slower; the relay takes a hundred a second. */
const PAUSE_MS = 15;
const cat = 'stty raw -echo; echo ready; cat';

console.log(`${keys} keys of each; ${await calibrate()}`);
await using stack = new AsyncDisposableStack();
const { path: folder } = stack.use(await openTemporaryFolder());
const chains = {
  floor: await sitAtFloor(),
  SQLite: await sitAt('sqlite'),
  'Redis, two relays': await sitAt('two'),
};
const samples = Object.fromEntries(Object.keys(chains).map((name) => [name, [] as number[]]));
// The first round warms all up.
for (let done = -AT_ONCE; done < keys; done += AT_ONCE)
  for (const [name, typist] of Object.entries(chains))
    for (let n = 0; n < AT_ONCE; n++) {
      await delay(PAUSE_MS);
      const ms = await typist.echo(String.fromCharCode(97 + (n % 26)));
      if (done >= 0) samples[name]?.push(ms);
    }
const { floor = [], SQLite: sqlite = [], 'Redis, two relays': redis = [] } = samples;
const median = (list: readonly number[]) => percentile(list, 0.5);
for (const [name, list] of Object.entries(samples)) console.log(`  ${name.padEnd(20)}${spread(list)}`);
console.log(`  SQLite: p50 ${(median(sqlite) / median(floor)).toFixed(2)} × the floor (aim: at most 3, and 5 ms)`);
console.log(`  SQLite: p99 ${(percentile(sqlite, 0.99) / median(sqlite)).toFixed(1)} × its p50 (aim: at most 10)`);
console.log(`  Redis:  p50 ${(median(redis) / median(sqlite)).toFixed(2)} × that on SQLite (aim: at most 2)`);

async function sitAt(kind: 'sqlite' | 'two'): Promise<Typist> {
  const world = stack.use(await openTerminalWorld(kind));
  return stack.use(await world.sitAt(await world.open(cat)));
}

async function sitAtFloor(): Promise<Typist> {
  const program = join(import.meta.dirname, 'terminal-floor.ts');
  const port = await startNode(stack, program, ['serve', join(folder, 'floor.db')]);
  await startNode(stack, program, ['machine', port]);
  const seat = { origin: `http://127.0.0.1:${port}`, inputs: '/inputs', events: '/events', headers: {} };
  return stack.use(await openTypist(seat));
}
