/** `npm run bench:switch [SPECS]`: `git switch` to and fro between two branches of a project of SPECS specs (400 where none is given), in which each spec says something else and a tenth of them are on one branch alone. Counts what goes up, and what readers are told: no document that is on both branches may be told as deleted. Beside it, as a floor, the switch itself. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type Told } from '../../test/kit/event-stream.ts';
import { openMeddler } from '../../test/kit/meddler.ts';
import { specText, writeFiles } from '../../test/kit/projects.ts';
import { git } from '../../test/kit/worktree.ts';
import { openWorld } from '../../test/kit/world.ts';
import { percentile } from './statistics.ts';

const specs = Number(process.argv[2] ?? 400);
const alone = Math.floor(specs / 10);
const rounds = 6;
/** Nothing more comes after so long without an event: longer than a vanished file is waited for. */
const quietMs = 2000;

await using world = await openWorld({ kind: 'sqlite' });
const root = join(world.folder, 'shop');
await makeBranches(root);
await using gateway = await openMeddler(world.url);
await world.startMachine('bench', [root], {}, gateway.url);
await using stream = await openStream(world.url, world.key);
const results: Awaited<ReturnType<typeof switchTo>>[] = [];
for (let round = 0; round < rounds; round++) results.push(await switchTo(round % 2 === 0 ? 'other' : 'main'));
console.log(`${specs} specs differ, ${alone} are on one branch alone and ${alone} on the other`);
for (const { to, switchMs, allMs, batches, puts, deletes, falseDeletes } of results)
  console.log(
    `to ${to}: switch ${switchMs.toFixed(0)} ms, the last event after ${allMs.toFixed(0)} ms; ${batches} requests, ${puts} puts, ${deletes} deletes (${falseDeletes} of documents that are on both branches)`,
  );
const median = (of: (result: (typeof results)[number]) => number) => percentile(results.map(of), 0.5);
const ratio = median(({ allMs, switchMs }) => allMs / switchMs);
console.log(`the last event comes ${ratio.toFixed(1)} × as late as the end of the switch; aim: no false deletion`);
if (results.some(({ falseDeletes }) => falseDeletes > 0)) process.exitCode = 1;

function pathOf(n: number): string {
  return `specs/${String(n).padStart(4, '0')}-part/README.md`;
}

/** Specs from 0 on are on both branches, those after them on one. */
async function makeBranches(at: string): Promise<void> {
  const write = async (words: string, from: number, to: number) => {
    for (let n = from; n < to; n++) await writeFiles(at, { [pathOf(n)]: specText(`${words} ${n}`) });
  };
  await mkdir(at, { recursive: true });
  await write('Main', 0, specs + alone);
  await git(at, 'init', '-q', '-b', 'main');
  await git(at, 'add', '-A');
  await git(at, 'commit', '-q', '-m', 'Main');
  await git(at, 'switch', '-q', '-c', 'other');
  await write('Other', 0, specs);
  for (let n = specs; n < specs + alone; n++) await rm(join(at, pathOf(n)));
  await write('Other', specs + alone, specs + 2 * alone);
  await git(at, 'add', '-A');
  await git(at, 'commit', '-q', '-m', 'Other');
  await git(at, 'switch', '-q', 'main');
}

async function switchTo(to: 'main' | 'other') {
  const [firstEvent, firstRequest] = [stream.events.length, gateway.met.length];
  const began = performance.now();
  await git(root, 'switch', '-q', to);
  const switchMs = performance.now() - began;
  let last = performance.now();
  for (let seen = firstEvent; performance.now() - last < quietMs; await delay(5)) {
    if (stream.events.length === seen) continue;
    seen = stream.events.length;
    last = performance.now();
  }
  const told = stream.events.slice(firstEvent).filter(({ item }) => item === 'document');
  const batches = gateway.met.slice(firstRequest).filter(({ path }) => path.startsWith('/v1/bridge/ingest')).length;
  const deleted = told.filter(({ op }) => op === 'delete');
  const falseDeletes = deleted.filter(isOnBoth).length;
  return {
    to,
    switchMs,
    allMs: last - began,
    batches,
    puts: told.length - deleted.length,
    deletes: deleted.length,
    falseDeletes,
  };
}

function isOnBoth({ key }: Told): boolean {
  const nth = /specs\/(\d+)-part/.exec(key)?.[1];
  return nth !== undefined && Number(nth) < specs;
}
