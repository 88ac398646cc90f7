/**
 * `npm run bench:latency`: a save on the machine → the event at a subscriber, on loopback, 381 real specs watched, whole and
 * hop by hop, beside a floor in the same run. Both are saved to in turn, so that both meet the same machine. Absolute times say little
 * on a shared machine: the ratio counts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStream, type StreamReader } from '../../test/kit/event-stream.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';
import { percentile, spread } from './statistics.ts';

const saves = Number(process.argv[2] ?? 200);
/** Longer than the silence after which a change leaves at once would be: 1 s a save. Shorter ones would be coalesced. */
const pauseMs = 1100;
const spec = 'specs/001-typescript-cli-migration/README.md';

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}
await using folder = await openTemporaryFolder();
await using floor = await startFloor(folder.path);
const traces = { bridge: join(folder.path, 'bridge.json'), api: join(folder.path, 'api.json') };
const ours: Sample[] = [];
const floors: number[] = [];
{
  await using world = await openWorld({ env: traced(traces.api) });
  const root = await copyRealProject('lean-spec', world.folder);
  const machine = await world.startMachine('bench', [root], traced(traces.bridge));
  await using stream = await openStream(world.url, world.key);
  for (let n = 0; n < saves; n++) {
    await delay(pauseMs);
    ours.push(await save(root, stream, n));
    floors.push(await floor.save(n));
    process.stderr.write(`\r${n + 1} of ${saves} saves`);
  }
  process.stderr.write('\n');
  await machine.bridge().end();
  for (const relay of world.relay.programs()) await relay.end();
}
await report();

interface Sample {
  readonly savedAt: number;
  readonly arrivedAt: number;
}

function traced(file: string): Record<string, string> {
  return { SALLYPORT_TRACE: file, NODE_OPTIONS: `--import=${join(import.meta.dirname, 'trace.ts')}` };
}

/** Ms since 1970, with fractions, comparable between processes of one machine. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Saves in place, as an editor would, and waits for the event that carries the change. */
async function save(root: string, stream: StreamReader, n: number): Promise<Sample> {
  const text = await readFile(join(root, spec), 'utf8');
  const title = `Save ${n}`;
  const changed = text.replace(/^# .*$/m, `# ${title}`);
  const arrived = stream.next((event) => event.document?.title === title);
  const savedAt = now();
  await writeFile(join(root, spec), changed);
  await arrived;
  return { savedAt, arrivedAt: now() };
}

async function startFloor(folderPath: string) {
  const root = await copyRealProject('lean-spec', join(folderPath, 'floor'));
  const program = join(import.meta.dirname, 'floor.ts');
  const server = spawn(process.execPath, [program, 'serve', join(folderPath, 'floor.db')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = Number(await firstLine(server));
  const watcher = spawn(process.execPath, [program, 'watch', root, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await firstLine(watcher);
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
  if (response.body === null) throw new Error('the floor has no stream');
  let arrived = () => {};
  const reading = pump(response.body, () => arrived());
  return {
    save: async (n: number) => {
      const path = join(root, spec);
      const text = await readFile(path, 'utf8');
      const first = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const savedAt = now();
      await writeFile(path, text.replace(/^# .*$/m, `# Save ${n}`));
      await first;
      return now() - savedAt;
    },
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
      watcher.kill();
      server.kill();
    },
  };
}

/** Reads until the stream is aborted. One write may come twice; the pause between saves swallows the second. */
async function pump(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
  try {
    for await (const _ of body) heard();
  } catch {
    // Aborted at the end.
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no stdout');
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

async function report(): Promise<void> {
  const whole = ours.map(({ savedAt, arrivedAt }) => arrivedAt - savedAt);
  const notes = [
    ...JSON.parse(await readFile(traces.bridge, 'utf8')),
    ...JSON.parse(await readFile(traces.api, 'utf8')),
  ];
  console.log(`save → event, 381 specs, ${saves} saves`);
  console.log(`  whole            ${spread(whole)}`);
  for (const [name, samples] of Object.entries(hops(notes))) console.log(`    ${name.padEnd(15)}${spread(samples)}`);
  console.log(`  floor            ${spread(floors)}`);
  const ratio = (part: number) => (percentile(whole, part) / percentile(floors, part)).toFixed(2);
  console.log(`  ratio            p50 ${ratio(0.5)} · p99 ${ratio(0.99)}   (aim: p50 at most 2.5)`);
}

/** The time between one hop's note and the next within each save; the first note of a hop after the save counts. */
function hops(notes: readonly { hop: string; at: number }[]): Record<string, number[]> {
  const result: Record<string, number[]> = {};
  const add = (name: string, ms: number) => {
    result[name] = [...(result[name] ?? []), ms];
  };
  for (const { savedAt, arrivedAt } of ours) {
    const at = (hop: string) =>
      notes.find((note) => note.hop === hop && note.at >= savedAt && note.at <= arrivedAt + 50)?.at;
    const [seen, described, received, answered] = ['seen', 'described', 'received', 'answered'].map(at);
    if (seen === undefined || described === undefined || received === undefined || answered === undefined) continue;
    add('save → watcher', seen - savedAt);
    add('read and hash', described - seen);
    add('POST', received - described);
    add('commit', answered - received);
    add('SSE', arrivedAt - answered);
  }
  return result;
}
