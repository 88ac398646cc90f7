/**
 * `npm run bench:observers [saves]`: a save on the machine until somebody elsewhere has it, 381 real specs watched: Sallyport, its floor, and the peers that
 * are on PATH (`syncthing` of Debian; `leanspec-http` of `@leanspec/http-linux-x64`, the binary of `@leanspec/http-server`, from npm). All save in turn, so that all meet the same machine. Beside it,
 * of each that carries over a network: idle memory and traffic, and how soon after a restart of the other side a change of meanwhile is there.
 */
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openStream } from '../../test/kit/event-stream.ts';
import { eventually } from '../../test/kit/eventually.ts';
import { freePort } from '../../test/kit/free-port.ts';
import { findProgram } from '../../test/kit/parts.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';
import { calibrate } from './calibration.ts';
import { startSaveFloor } from './latency-floors.ts';
import { savedSpec } from './latency-world.ts';
import { privateBytes, residentBytes } from './process-use.ts';
import { spread } from './statistics.ts';
import { startSyncthings } from './syncthing.ts';

const saves = Number(process.argv[2] ?? 40);
/** Longer than the 90 s between two pings of syncthing. */
const IDLE_MS = 95_000;
const warmUp = 3;

interface Observed {
  readonly title: string;
  /** Saves once; ms until the change is seen. */
  save(n: number): Promise<number>;
  readonly pids?: () => readonly number[];
  /** Bytes on the wire so far. */
  readonly traffic?: () => Promise<number>;
  /** Ms from the start of the other side until a change of meanwhile is seen. */
  readonly reconnect?: (n: number) => Promise<number>;
}

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}
console.log(`save → observer, 381 specs, ${saves} saves of each; ${await calibrate()}`);
await using stack = new AsyncDisposableStack();
const { path: folder } = stack.use(await openTemporaryFolder());
const floor = stack.use(await startSaveFloor(folder));
const all: Observed[] = [{ title: 'floor', save: floor.save }, await sallyport()];
const [syncthing, leanSpec] = [findProgram('syncthing'), findProgram('leanspec-http')];
if (syncthing !== undefined) all.push(await carried(syncthing));
if (leanSpec !== undefined) all.push(await served(leanSpec));

const taken = new Map<string, number[]>(all.map(({ title }) => [title, []]));
for (let n = 0; n < warmUp + saves; n++)
  for (const { title, save } of all) {
    await delay(250);
    const ms = await save(n);
    if (n >= warmUp) taken.get(title)?.push(ms);
  }
for (const { title } of all) console.log(`  ${title.padEnd(12)}${spread(taken.get(title) ?? [])}`);
const before = await Promise.all(all.map(async ({ traffic }) => await traffic?.()));
await delay(IDLE_MS);
for (const [at, { title, pids, traffic }] of all.entries()) {
  if (pids === undefined) continue;
  const mib = (bytes: number) => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
  const memory = pids().map((pid) => `${mib(privateBytes(pid))} private, ${mib(residentBytes(pid))} resident`);
  const bytes = traffic && ((await traffic()) - (before[at] ?? 0)) * (3_600_000 / IDLE_MS);
  const wire = bytes === undefined ? '' : `; ${(bytes / 1000).toFixed(0)} KB an hour on the wire`;
  console.log(`  ${title} idle: ${memory.join(' and ')}${wire}`);
}
for (const [at, { title, reconnect }] of all.entries())
  if (reconnect)
    console.log(
      `  ${title}: a change of meanwhile is there ${((await reconnect(1000 + at)) / 1000).toFixed(1)} s after the other side starts`,
    );
await stack.disposeAsync();
process.exit();

/** Writes a title as an editor does. */
async function write(root: string, n: number): Promise<string> {
  const file = join(root, savedSpec);
  await writeFile(file, (await readFile(file, 'utf8')).replace(/^# .*$/m, `# Save ${n}`));
  return file;
}

/** A bridge and a relay from the checkout, and a reader of everything. */
async function sallyport(): Promise<Observed> {
  const world = stack.use(await openWorld());
  const root = await copyRealProject('lean-spec', world.folder);
  const machine = await world.startMachine('bench', [root]);
  const stream = stack.use(await openStream(world.url, world.key));
  return {
    title: 'Sallyport',
    save: async (n) => {
      const seen = stream.next(({ document }) => document?.title === `Save ${n}`);
      const at = performance.now();
      await write(root, n);
      await seen;
      return performance.now() - at;
    },
    pids: () => [machine.bridge(), ...world.relay.programs()].map(({ child }) => child.pid ?? 0),
    reconnect: async (n) => {
      let at = 0;
      await world.restartApi('SIGTERM', async () => {
        await write(root, n);
        at = performance.now();
      });
      await eventually(async () => (await machine.document(savedSpec)).title === `Save ${n}`, { timeoutMs: 60_000 });
      return performance.now() - at;
    },
  };
}

/** From file to file by two syncthings. */
async function carried(program: string): Promise<Observed> {
  const [from, to] = [await copyRealProject('lean-spec', join(folder, 'from')), join(folder, 'to')] as const;
  const pair = stack.use(await startSyncthings(program, folder, [from, to]));
  const isThere = async (n: number) =>
    (await readFile(join(to, savedSpec), 'utf8').catch(() => '')).includes(`# Save ${n}\n`);
  const until = async (n: number) => {
    const deadline = performance.now() + 120_000;
    while (!(await isThere(n)) && performance.now() < deadline) await delay(2);
  };
  await write(from, -1);
  await until(-1);
  return {
    title: 'syncthing',
    save: async (n) => {
      const at = performance.now();
      await write(from, n);
      await until(n);
      return performance.now() - at;
    },
    pids: pair.pids,
    traffic: pair.traffic,
    reconnect: async (n) => {
      await pair.endOther();
      await write(from, n);
      await delay(2000);
      pair.startOther();
      const at = performance.now();
      await until(n);
      return performance.now() - at;
    },
  };
}

/** From file to an event of LeanSpec's own server, which serves this machine alone. */
async function served(program: string): Promise<Observed> {
  const root = await copyRealProject('lean-spec', join(folder, 'served'));
  const port = await freePort();
  const child = spawn(program, ['--port', String(port), '--project', root, '--no-open'], {
    stdio: 'ignore',
    env: { ...process.env, HOME: folder },
  });
  stack.defer(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}/api/events/specs`;
  const answer = await eventually(async () => await fetch(url), { timeoutMs: 20_000 });
  let arrived = () => {};
  void (async () => {
    for await (const chunk of answer.body ?? []) if (Buffer.from(chunk).includes('data:')) arrived();
  })().catch(() => undefined);
  return {
    title: 'LeanSpec',
    save: async (n) => {
      const seen = Promise.withResolvers<void>();
      arrived = seen.resolve;
      const at = performance.now();
      await write(root, n);
      await Promise.race([seen.promise, delay(10_000)]);
      return performance.now() - at;
    },
    pids: () => [child.pid ?? 0],
  };
}
