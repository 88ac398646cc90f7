/** `npm run bench:memory`: what Sallyport takes of a machine while nothing happens, as a checkout and as a release, beside bare Node of the same version: a bridge that watches the 381 real specs and polls over TLS, and a relay alone and with 300 machines. `-- SECONDS` says how long each is left alone (60). */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { cleanEnvironment } from '../../test/kit/process.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../../test/kit/projects.ts';
import { openWorld, type World } from '../../test/kit/world.ts';
import { buildRelease } from '../release.ts';
import { cpuMs, highestBytes, threadsCpuMs } from './process-use.ts';
import { openTlsFront, type TlsFront } from './tls-front.ts';

if (realProjectsMissing) {
  console.error(`This benchmark needs the real projects: ${realProjectsMissing}.`);
  process.exit(1);
}

/** A way to run Sallyport. */
interface Form {
  readonly name: string;
  readonly bridge: Program;
  readonly api: Program;
}

interface Program {
  /** Node's arguments before those of the program. */
  readonly words: readonly string[];
  /** As the launcher and the service's unit set it. */
  readonly env: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '../..');
const idleMs = Number(process.argv[2] ?? 60) * 1000;
const machinesMax = 300;

await using stack = new AsyncDisposableStack();
const folder = stack.use(await openTemporaryFolder()).path;
const release = join(folder, 'release');
await buildRelease(release);
const checkout = (part: string): Program => ({ words: [join(root, part, 'main.ts')], env: {} });
const released = (part: string): Program => {
  const { flags, env } = JSON.parse(readFileSync(join(release, part, 'node.json'), 'utf8'));
  return { words: [...flags, join(release, part, 'main.mjs')], env };
};
const forms: readonly Form[] = [
  { name: 'checkout', bridge: checkout('bridge'), api: checkout('api') },
  { name: 'release form', bridge: released('bridge'), api: released('api') },
];

console.log(`bare Node ${process.version}: ${await bareNode()}`);
const world = stack.use(await openWorld({ kind: 'sqlite' }));
const front = stack.use(await openTlsFront(world.url, folder));
const project = await copyRealProject('lean-spec', world.folder);
for (const form of forms) await measureRelay(form);
// The figures that the goals are about come last: an idle bridge, a line a form.
for (const form of forms) console.log(`${form.name}: ${await measureBridge(form, world, front)}`);

async function bareNode(): Promise<string> {
  const child = start(['--eval', 'setInterval(() => {}, 1e6)']);
  await delay(1000);
  const use = memoryOf(child);
  await end(child);
  return use;
}

/** A bridge after its first upload, and once more after a restart, when there is nothing to upload: the memory of that one. */
async function measureBridge({ name, bridge }: Form, { call, folder }: World, front: TlsFront): Promise<string> {
  const { key } = await call<{ key: string }>('POST', '/v1/machines', { name });
  const data = join(folder, `bridge-${name.replaceAll(' ', '-')}`);
  const args = ['run', '--url', front.url, '--ca', front.ca, '--key', key, '--data', data, '--json', project];
  const first = start([...bridge.words, ...args], bridge.env);
  await line(first, (said) => said.event === 'synced');
  await delay(idleMs);
  const highest = `${(highestBytes(pidOf(first)) / 1e6).toFixed(0)} MB RSS at its highest`;
  console.log(`bridge, after the first upload, ${name}: ${memoryOf(first)}; ${highest}`);
  await end(first);
  const second = start([...bridge.words, ...args], bridge.env);
  await line(second, (said) => said.event === 'synced');
  // Behind the one pass that gives memory back.
  await delay(10_000);
  const pid = pidOf(second);
  const [bytes, ticks, spent, since] = [front.bytes(), cpuMs(pid), threadsCpuMs(pid), performance.now()];
  await delay(idleMs);
  const share = (performance.now() - since) / 3_600_000;
  const kb = ((front.bytes() - bytes) / 1000 / share).toFixed(0);
  const percent = (ms: number) => (ms / share / 36_000).toFixed(3);
  const use = `${percent(threadsCpuMs(pid) - spent)} % CPU (${percent(cpuMs(pid) - ticks)} by ticks of 10 ms)`;
  console.log(`bridge, idle after a restart, ${name}: ${use}, ${kb} KB an hour`);
  const memory = memoryOf(second);
  await end(second);
  return memory;
}

async function measureRelay({ name, api }: Form): Promise<void> {
  await using folder = await openTemporaryFolder();
  const relay = start([...api.words, '--port', '0', '--data', folder.path, '--json'], api.env);
  const { url, apiKey } = await line(relay, (said) => 'url' in said);
  await delay(5000);
  console.log(`relay, idle, ${name}: ${memoryOf(relay)}`);
  const keys: string[] = [];
  for (let n = 0; n < machinesMax; n += 1) {
    const answer = await fetch(new URL('/v1/machines', String(url)), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `machine-${n}` }),
    });
    keys.push(((await answer.json()) as { key: string }).key);
  }
  const crowd = start([join(import.meta.dirname, 'crowd.ts'), String(url)], {}, 'pipe');
  crowd.stdin?.write(`${JSON.stringify({ keys })}\n`);
  await line(crowd, (said) => 'held' in said);
  await delay(idleMs);
  console.log(`relay, ${machinesMax} machines that poll, ${name}: ${memoryOf(relay)}`);
  await end(crowd);
  await end(relay);
}

function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): ChildProcess {
  return spawn(process.execPath, args, { stdio: [stdin, 'pipe', 'inherit'], env: { ...cleanEnvironment(), ...env } });
}

/** The first line of JSON that the probe accepts. All later lines are read too, so that the program is never held up. */
async function line(
  { stdout }: ChildProcess,
  probe: (said: Record<string, unknown>) => boolean,
): Promise<Record<string, unknown>> {
  if (stdout === null) throw new Error('the program was started without an output');
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  createInterface({ input: stdout })
    .on('line', (text) => {
      const said = text.startsWith('{') ? JSON.parse(text) : {};
      if (probe(said)) resolve(said);
    })
    .on('close', () => reject(new Error('the program ended')));
  return await promise;
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the program was not started');
  return pid;
}

/** Memory now: what is its own, its share of what is shared, and what is resident, in MB. */
function memoryOf(child: ChildProcess): string {
  const text = readFileSync(`/proc/${pidOf(child)}/smaps_rollup`, 'utf8');
  const mb = (...names: string[]) =>
    names.reduce(
      (sum, name) => sum + (Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024) / 1e6,
      0,
    );
  const own = mb('Private_Clean', 'Private_Dirty').toFixed(0);
  return `private ${own} MB, PSS ${mb('Pss').toFixed(0)}, RSS ${mb('Rss').toFixed(0)}`;
}
