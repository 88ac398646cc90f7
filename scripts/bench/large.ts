/** `npm run bench:large [SPECS]`: the first upload of a project of SPECS specs with 20 files each (1,000 where none is given; the goals are for 10,000), saves while it goes up and afterwards, the memory of a bridge as releases have it, and how soon what changed while it was away is there. Beside it, as a floor, the time to list, read and hash the same files in one process. */
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Machine } from '#contract/machine.ts';
import { openStream } from '../../test/kit/event-stream.ts';
import { inotifyWatches } from '../../test/kit/inotify.ts';
import { startNode } from '../../test/kit/process.ts';
import { openWorld, type World } from '../../test/kit/world.ts';
import { bundleProgram } from '../release/bundle.ts';
import { highestBytes, privateBytes, residentBytes } from './process-use.ts';
import { percentile } from './statistics.ts';

const specs = Number(process.argv[2] ?? 1000);
const tree = join(import.meta.dirname, '../..');
const filesOfSpec = 20;
const project = 'large';

await using world = await openWorld({ kind: 'sqlite' });
const root = join(world.folder, project);
await makeLarge(root);
const floorMs = await readAndHash(root);
const { machine, start } = await bridgeOf(world, root);
const began = performance.now();
const bridge = start();
const pid = bridge.child.pid ?? 0;
await until(async () => (await listed(world, machine, '?limit=1')) > 0);
const firstMs = performance.now() - began;
const during = new AbortController();
const savedDuring = saveUntil(during.signal);
await bridge.line((line) => line.event === 'synced', 600_000);
const allMs = performance.now() - began;
during.abort();
const savesDuring = await savedDuring;
const savesAfter = await saveTimes(20);
await delay(30_000);
const s = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
console.log(`${specs} specs, ${specs * filesOfSpec} files, ${await inotifyWatches(pid)} watches`);
console.log(`first document at the relay after ${s(firstMs)} (aim: 5 s), all after ${s(allMs)} (aim: 60 s)`);
console.log(`  floor, read and hash the same files: ${s(floorMs)}; ratio ${(allMs / floorMs).toFixed(1)}`);
console.log(`saves visible while it goes up: ${spread(savesDuring)}; afterwards: ${spread(savesAfter)} (aim: p95 3 s)`);
console.log(
  `bridge at its highest ${mb(highestBytes(pid))} (aim: 300 MB), 30 s later ${mb(residentBytes(pid))} (aim: 150 MB), of which ${mb(privateBytes(pid))} are its own`,
);
await bridge[Symbol.asyncDispose]();
await changeOfEach(root);
await using stream = await openStream(world.url, world.key);
const again = performance.now();
await using back = start();
await back.line((line) => line.event === 'connected', 600_000);
const connectedMs = performance.now() - again;
await until(async () => stream.events.filter(({ item }) => item === 'document').length >= specs);
const thereMs = performance.now() - again;
await back.line((line) => line.event === 'synced', 600_000);
const backMs = performance.now() - again;
const backPid = back.child.pid ?? 0;
const backHighest = highestBytes(backPid);
await delay(30_000);
console.log(
  `${specs} files changed while it was away: connected ${s(connectedMs)} after its start, all there after ${s(thereMs)} (aim: 5 s), all files looked at after ${s(backMs)}; at its highest ${mb(backHighest)}, 30 s later ${mb(residentBytes(backPid))}, of which ${mb(privateBytes(backPid))} are its own`,
);

function spread(times: readonly number[]): string {
  return `p50 ${s(percentile(times, 0.5))}, p95 ${s(percentile(times, 0.95))} of ${times.length}`;
}

async function makeLarge(at: string): Promise<void> {
  const paragraph = 'A sentence of a document that nobody reads, as long as most of them are. '.repeat(4);
  for (let n = 0; n < specs; n++) {
    const folder = join(at, 'specs', `${String(n).padStart(5, '0')}-part-of-a-large-project`);
    await mkdir(folder, { recursive: true });
    const readme = `---\nstatus: planned\ncreated: '2026-01-01'\n---\n\n# Spec ${n}\n\n${paragraph}\n`;
    await writeFile(join(folder, 'README.md'), readme);
    for (let m = 1; m < filesOfSpec; m++)
      await writeFile(join(folder, `PART-${m}.md`), `# Part ${m} of ${n}\n\n${paragraph}\n`);
  }
}

async function readAndHash(at: string): Promise<number> {
  const start = performance.now();
  for await (const path of glob('specs/**/*.md', { cwd: at }))
    createHash('sha256')
      .update(await readFile(join(at, path)))
      .digest('hex');
  return performance.now() - start;
}

/** One file of each spec is another one. */
async function changeOfEach(at: string): Promise<void> {
  for await (const path of glob('specs/*/PART-1.md', { cwd: at })) await writeFile(join(at, path), '# After a week\n');
}

async function bridgeOf({ call, folder, url }: World, at: string) {
  const { machine, key } = await call<{ machine: { id: string }; key: string }>('POST', '/v1/machines', {
    name: 'bench',
  });
  const args = ['run', '--url', url, '--key', key, '--data', join(folder, 'bridge'), '--json', at];
  // As a release has it, and its launcher starts it.
  const program = join(folder, 'bridge.mjs');
  await bundleProgram(tree, 'bridge/main.ts', program);
  const { flags, env } = JSON.parse(await readFile(join(tree, 'bridge/node.json'), 'utf8'));
  return { machine: machine.id, start: () => startNode([...flags, program, ...args], env) };
}

async function listed({ call }: World, of: string, query: string): Promise<number> {
  return (await call<{ items: unknown[] }>('GET', `/v1/machines/${of}/documents${query}`)).items.length;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}

/** Saves of one file after the other, until `signal`: how long each took to be at the relay, in ms. */
async function saveUntil(signal: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!signal.aborted) times.push(await saveOnce());
  return times;
}

async function saveTimes(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) times.push(await saveOnce());
  return times;
}

async function saveOnce(): Promise<number> {
  const n = Math.floor(Math.random() * specs);
  const word = `saved${Math.random().toString(36).slice(2)}`;
  const path = `specs/${String(n).padStart(5, '0')}-part-of-a-large-project/README.md`;
  const start = performance.now();
  await writeFile(join(root, path), `---\nstatus: planned\n---\n\n# ${word}\n`);
  await until(async () => (await titleOf(path)) === word);
  return performance.now() - start;
}

async function titleOf(path: string): Promise<string | undefined> {
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine}`);
  const at = `/v1/machines/${machine}/documents/${projects[0]?.id}/${path}`;
  return (await world.call<{ title?: string }>('GET', at, undefined, 404)).title;
}
