/** A relay, a bridge on 381 real specs and a reader of everything, as `latency.ts` measures them; the machine is alone in its organisation or among simulated ones. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStream } from '../../test/kit/event-stream.ts';
import { copyRealProject, openTemporaryFolder } from '../../test/kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../../test/kit/world.ts';
import { type BenchProgram, startBenchProgram } from './programs.ts';

/** The file that is saved. */
export const savedSpec = 'specs/001-typescript-cli-migration/README.md';

/** Ms since 1970, with fractions, comparable between processes of one machine. */
export interface Save {
  readonly savedAt: number;
  readonly arrivedAt: number;
}

export interface HopNote {
  readonly hop: string;
  readonly at: number;
}

export interface BenchWorld extends AsyncDisposable {
  /** Saves in place, as an editor would, and waits for the event that carries the change. */
  save(n: number): Promise<Save>;
  /** Bytes of the event of one save as it comes over the wire, and of its document as JSON. */
  eventBytes(): Promise<{ readonly event: number; readonly document: number }>;
  /** Ends bridge and relay; what they noted of each hop. */
  end(): Promise<readonly HopNote[]>;
}

/** Starts a world with so many machines in its organisation: one saves, the others connect and hold polls. */
export async function openBenchWorld(machines: number): Promise<BenchWorld> {
  await using opened = new AsyncDisposableStack();
  const { path: notes } = opened.use(await openTemporaryFolder());
  const unlimited = { SALLYPORT_REQUESTS_PER_MINUTE: '10000000' };
  const env = { ...unlimited, ...traced(join(notes, 'api.json')) };
  const world = opened.use(await openWorld({ env }));
  const root = await copyRealProject('lean-spec', world.folder);
  const machine = await world.startMachine('bench', [root], traced(join(notes, 'bridge.json')));
  if (machines > 1) opened.use(await startCrowd(world, machines - 1));
  const stream = opened.use(await openStream(world.url, world.key));
  const save = async (n: number) => {
    const text = await readFile(join(root, savedSpec), 'utf8');
    const title = `Save ${n}`;
    const arrived = stream.next((event) => event.document?.title === title);
    const savedAt = now();
    await writeFile(join(root, savedSpec), text.replace(/^# .*$/m, `# ${title}`));
    await arrived;
    return { savedAt, arrivedAt: now() };
  };
  const held = opened.move();
  return {
    save,
    eventBytes: () => eventBytes(world, machine, save),
    end: async () => {
      await machine.bridge().end();
      for (const relay of world.relay.programs()) await relay.end();
      const files = await Promise.all(['bridge', 'api'].map((name) => readFile(join(notes, `${name}.json`), 'utf8')));
      return files.flatMap((text): HopNote[] => JSON.parse(text));
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function traced(file: string): Record<string, string> {
  return { SALLYPORT_TRACE: file, NODE_OPTIONS: `--import=${join(import.meta.dirname, 'trace.ts')}` };
}

async function startCrowd(world: World, count: number): Promise<BenchProgram> {
  const keys: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { key } = await world.call<{ key: string }>('POST', '/v1/machines', { name: `machine-${n}` });
    keys.push(key);
  }
  const crowd = startBenchProgram('crowd.ts', world.url);
  await crowd.ask({ keys });
  return crowd;
}

async function eventBytes(world: World, machine: MachineInWorld, save: BenchWorld['save']) {
  const abort = new AbortController();
  const response = await fetch(`${world.url}/v1/stream?live=sse`, {
    headers: { authorization: `Bearer ${world.key}` },
    signal: abort.signal,
  });
  const title = 'Save 1000000';
  const reading = blockWith(response.body ?? new ReadableStream(), title);
  await save(1_000_000);
  const block = await reading;
  abort.abort();
  const document = (await machine.documents()).find(({ path }) => path === savedSpec);
  return { event: Buffer.byteLength(block), document: Buffer.byteLength(JSON.stringify(document)) };
}

/** The event of a stream that says a text, as it is written there with the empty line at its end. */
async function blockWith(body: ReadableStream<Uint8Array>, wanted: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const found = text.split(/(?<=\n\n)/).find((block) => block.endsWith('\n\n') && block.includes(wanted));
    if (found !== undefined) return found;
  }
  throw new Error('the stream has ended');
}
