/** Real bridges and a relay in bad weather: several writers save, and edit by command; readers follow by events and by long-poll. What each saw is a history, which is checked. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRecord } from '#contract/command.ts';
import type { ItemChange } from '#contract/feed.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { type Told, toldIn } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { createRandomBelow } from '../kit/random.ts';
import { openWeather, type WeatherName } from '../kit/weather.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';
import { followStream } from './follower.ts';
import { faultsOf, type Step } from './history.ts';

export interface HistoryWanted {
  /** The weathers, and the pauses of writers, follow from it. */
  readonly seed: number;
  /** How long is written. */
  readonly ms: number;
  readonly log: (line: string) => void;
}

export interface HistoryReport {
  readonly troubles: readonly string[];
  readonly counts: Readonly<Record<Step['is'], number>>;
}

const onBridges: readonly WeatherName[] = [
  'latency of 300 ms',
  'repeats every POST at once',
  'stores POSTs and repeats them later',
  'loses every second answer, after the relay has committed',
  'resets every third answer in its body',
  'answers every second request with 502',
];
const onReaders: readonly WeatherName[] = [
  'latency of 300 ms',
  'narrow, in slices of 1 KiB',
  'resets every third answer in its body',
  'answers every second request with 502',
  'cuts every answer after 3 s',
];
const SETTLES_MS = 60_000;

interface Ground {
  readonly world: World;
  readonly steps: Step[];
  /** What each text of a file is, by its rev. */
  readonly versions: Map<string, { readonly path: string; readonly version: number }>;
  readonly below: (bound: number) => number;
  readonly endsAt: number;
}

/** Plays a history and checks it. */
export async function runHistory({ seed, ms, log }: HistoryWanted): Promise<HistoryReport> {
  const below = createRandomBelow(seed);
  const any = (names: readonly WeatherName[]) => names[below(names.length)] ?? 'clear';
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const gatewayOf = async (who: string, names: readonly WeatherName[]) => {
    const name = any(names);
    log(`${who}: ${name}`);
    return stack.use(await openWeather(world.url, name)).url;
  };
  const machines: (readonly [MachineInWorld, string])[] = [];
  for (const [at, name] of ['laptop', 'desk'].entries()) {
    const root = join(world.folder, name);
    const edited = [2, 3].map((number) => `specs/${at}0${number}-edited/README.md`);
    await writeFiles(root, Object.fromEntries(edited.map((path) => [path, specText(path)])));
    machines.push([await world.startMachine(name, [root], {}, await gatewayOf(name, onBridges)), root]);
  }
  const ground: Ground = { world, steps: [], versions: new Map(), below, endsAt: performance.now() + ms };
  for (const reader of ['ada', 'bob']) {
    const hear = (told: Told | 'reset') => note(ground, reader, told);
    const list = async () => (await Promise.all(machines.map(([machine]) => machine.documents()))).flat();
    stack.use(await followStream(await gatewayOf(reader, onReaders), world.key, list, hear));
  }
  stack.use(await followByPoll(ground, 'eve', await gatewayOf('eve', onReaders)));
  await Promise.all(
    machines.flatMap(([machine, root], at) => [
      save(ground, machine, root, `specs/${at}01-saved`),
      edit(ground, machine, `${at}02-edited`),
      edit(ground, machine, `${at}03-edited`),
    ]),
  );
  await settle(
    ground,
    machines.map(([machine]) => machine),
  );
  const counts = { written: 0, read: 0, told: 0, reset: 0, held: 0 };
  for (const step of ground.steps) counts[step.is] += 1;
  return { troubles: faultsOf(ground.steps), counts };
}

function note({ steps, versions }: Ground, reader: string, told: Told | 'reset'): void {
  if (told === 'reset') steps.push({ is: 'reset', reader });
  else if (told.op === 'put' && told.document !== undefined) {
    const known = versions.get(told.document.rev);
    if (known !== undefined) steps.push({ is: 'told', reader, ...known });
  }
}

/** Notes before it is written which text a version will be. */
function versionOf({ versions }: Ground, path: string, version: number): string {
  const text = specText(`Version ${version} of ${path}`);
  versions.set(revOf(Buffer.from(text)), { path, version });
  return text;
}

/** An editor: it saves, often faster than a bridge can tell. */
async function save(ground: Ground, machine: MachineInWorld, root: string, folder: string): Promise<void> {
  const path = `${folder}/README.md`;
  for (let version = 1; performance.now() < ground.endsAt; version += 1) {
    const text = versionOf(ground, path, version);
    if (version === 1) await writeFiles(root, { [path]: text });
    else await writeFile(join(root, path), text);
    ground.steps.push({ is: 'written', path, version });
    if (version % 5 === 0)
      await eventually(async () => (await machine.document(path)).rev === revOf(Buffer.from(text)));
    await delay(50 + ground.below(400));
  }
}

/** Somebody who edits by command, each time the text that was acknowledged, and reads what was written. */
async function edit(ground: Ground, machine: MachineInWorld, spec: string): Promise<void> {
  const path = `specs/${spec}/LOG.md`;
  const commands = `/v1/machines/${machine.id}/commands`;
  let rev = 'absent';
  for (let version = 1; performance.now() < ground.endsAt; version += 1) {
    const content = versionOf(ground, path, version);
    const args = { project: machine.name, spec, document: 'LOG.md', content };
    const body = { kind: 'spec-document-write', args, ifRev: rev, whenOffline: 'queue', expiresInSeconds: 300 };
    let record = await ground.world.call<CommandRecord>('POST', `${commands}?wait=20`, body);
    while (record.state === 'queued' || record.state === 'delivered')
      record = await ground.world.call<CommandRecord>('GET', `${commands}/${record.id}?wait=20`);
    if (record.state !== 'done') throw new Error(`${path} ${version}: ${JSON.stringify(record)}`);
    ground.steps.push({ is: 'written', path, version });
    rev = (record.result as { rev: string }).rev;
    const read = ground.versions.get((await machine.document(path)).rev)?.version ?? 0;
    ground.steps.push({ is: 'read', path, version: read, known: version });
    await delay(ground.below(300));
  }
}

interface Page {
  readonly offsets: Readonly<Record<string, string>>;
  readonly events: readonly { readonly feed: string; readonly data: readonly ItemChange[] }[];
  readonly resets?: readonly unknown[];
}

/** A reader by long-poll, which goes on where the last answer that it has ended. Resolves when it knows where it stands. */
async function followByPoll(ground: Ground, reader: string, url: string): Promise<AsyncDisposable> {
  const abort = new AbortController();
  let feeds: Readonly<Record<string, string>> = { o: 'now' };
  const connected = Promise.withResolvers<void>();
  const readOnce = async () => {
    const headers = { authorization: `Bearer ${ground.world.key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ feeds, machines: 'all', live: 'long-poll', wait: 2 });
    const response = await fetch(new URL('/v1/stream', url), { method: 'POST', headers, body, signal: abort.signal });
    if (!response.ok) throw new Error(`${response.status}`);
    const page = (await response.json()) as Page;
    if ((page.resets ?? []).length > 0) note(ground, reader, 'reset');
    for (const { feed, data } of page.events) for (const told of toldIn(feed, data)) note(ground, reader, told);
    feeds = { ...feeds, ...page.offsets };
    connected.resolve();
  };
  const reading = (async () => {
    while (!abort.signal.aborted) {
      await readOnce().catch(() => undefined);
      await delay(50, undefined, { signal: abort.signal }).catch(() => undefined);
    }
  })();
  await connected.promise;
  return {
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
    },
  };
}

/** Waits until no fault is left that time mends: the last state is held, and told. What stays is told by the check. */
async function settle(ground: Ground, machines: readonly MachineInWorld[]): Promise<void> {
  const { steps, versions } = ground;
  const look = async () => {
    const documents = (await Promise.all(machines.map((machine) => machine.documents()))).flat();
    return documents.flatMap(({ rev }): readonly Step[] => {
      const known = versions.get(rev);
      return known === undefined ? [] : [{ is: 'held', ...known }];
    });
  };
  const isWell = async () => faultsOf([...steps, ...(await look())]).length === 0;
  await eventually(isWell, { timeoutMs: SETTLES_MS }).catch(() => undefined);
  steps.push(...(await look()));
}
