/** Real bridges and a relay in bad weather, each of them killed at random: several writers save, and edit by command; readers follow by events and by long-poll. One bridge loses its list of the last run each time. What each saw is a history, which is checked. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../kit/eventually.ts';
import type { Meddler } from '../kit/meddler.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { createRandomBelow } from '../kit/random.ts';
import type { RelayKind } from '../kit/relay-processes.ts';
import { openWeather, type WeatherName, weatherOf } from '../kit/weather.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';
import { followStream } from './follower.ts';
import { faultsOf, faultsSoFar, type Step } from './history.ts';
import { followAsApp } from './history-app.ts';
import { alternate } from './history-calm.ts';
import type { Ground } from './history-ground.ts';
import { followByPoll, note, noteBlock } from './history-readers.ts';
import { readOn } from './history-reads.ts';
import { type Away, befall, changeWeather, type Mortal } from './history-troubles.ts';
import { edit, run, save } from './history-writers.ts';
import { killBridge, killRelay } from './trouble.ts';

export interface HistoryWanted {
  /** The weathers, the kills and the pauses of writers follow from it. */
  readonly seed: number;
  readonly relay: RelayKind;
  /** How long is written; a fault that nothing takes back ends it earlier. */
  readonly ms: number;
  readonly log: (line: string) => void;
}

export interface HistoryReport {
  readonly troubles: readonly string[];
  readonly counts: Readonly<Record<Step['is'], number>>;
  /** How often each program was killed. */
  readonly kills: Readonly<Record<string, number>>;
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
/** Seldom enough that a program comes to its work. */
const KILL_PAUSE_MS_MAX = 20_000;
const WEATHER_MS_MAX = 12_000;
const CHECK_MS = 1000;
/** Steps without which a history has shown nothing. */
const needed = ['written', 'read', 'told', 'block', 'effect', 'held'] as const;

/** Plays a history and checks it. */
export async function runHistory(wanted: HistoryWanted): Promise<HistoryReport> {
  const { seed, relay, ms, log } = wanted;
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld({ kind: relay }));
  const gateways = createGateways(world, stack, wanted);
  const machines: Machine[] = [];
  for (const [at, name] of ['laptop', 'desk'].entries())
    machines.push(await startMachine(world, name, at, await gateways.open(name, onBridges)));
  const [failed, over] = [new AbortController(), new AbortController()];
  const signal = AbortSignal.any([failed.signal, over.signal]);
  const times = alternate(() => {
    log('calm');
    gateways.clear();
  }, signal);
  const kept = { steps: [], versions: new Map(), known: new Map(), told: new Map() };
  const ground: Ground = { world, ...kept, times, signal };
  const readers = ['ada', 'bob', 'eve'];
  for (const reader of readers)
    stack.use(await startReader(ground, machines, reader, await gateways.open(reader, onReaders)));
  const ids = machines.map(({ machine }) => machine.id);
  const app = stack.use(await followAsApp(ground, 'zoe', await gateways.open('zoe', onReaders), ids));
  gateways.onClear(() => app.pokes.poke('network'));
  ground.steps.push(...[...readers, 'zoe'].map((reader) => ({ is: 'follows', reader }) as const));
  // Now that all readers stand: on a slow machine the time would be over before anything was written.
  times.begin();
  setTimeout(() => over.abort(), ms).unref();

  const kills: Record<string, number> = {};
  const troubles: string[] = [];
  /** Each with numbers of its own, so that a seed repeats them however the others fare. */
  const parties: ((seed: number) => Promise<unknown>)[] = [
    ...writersOf(ground, machines),
    ...mortals(world, machines).map((mortal) => async (seed: number) => {
      const pauseMsMax = Math.min(KILL_PAUSE_MS_MAX, ms / 2);
      kills[mortal.name] = await befall(mortal, { seed, pauseMsMax, times, signal, log });
    }),
    ...gateways.all.map((gateway) => async (seed: number) => {
      await changeWeather(...gateway, { seed, pauseMsMax: WEATHER_MS_MAX, times, signal, log });
    }),
    () => untilFault(ground, failed),
  ];
  const play = async (party: (seed: number) => Promise<unknown>, at: number) => {
    await party(seed + at + 1).catch((error: unknown) => {
      troubles.push(error instanceof Error ? error.message : String(error));
      failed.abort();
    });
  };
  await Promise.all(parties.map(play));
  if (!failed.signal.aborted) await settle(ground, machines);
  const counts = { written: 0, read: 0, follows: 0, told: 0, block: 0, reset: 0, late: 0, effect: 0, held: 0 };
  for (const step of ground.steps) counts[step.is] += 1;
  const faults = failed.signal.aborted
    ? faultsSoFar(ground.steps)
    : [...faultsOf(ground.steps), ...needed.filter((is) => counts[is] === 0).map((is) => `nothing was noted as ${is}`)];
  return { troubles: [...troubles, ...faults], counts, kills };
}

/** Looks for faults as long as is written. */
async function untilFault({ steps, signal }: Ground, failed: AbortController): Promise<void> {
  while (!signal.aborted) {
    await delay(CHECK_MS, undefined, { signal }).catch(() => undefined);
    if (faultsSoFar(steps).length > 0) failed.abort();
  }
}

type Gateway = readonly [who: string, gateway: Meddler, names: readonly WeatherName[]];

/** The networks between the relay and everybody else. */
function createGateways(world: World, stack: AsyncDisposableStack, { seed, log }: HistoryWanted) {
  const below = createRandomBelow(seed);
  const all: Gateway[] = [];
  let cleared: () => void = () => undefined;
  return {
    all,
    open: async (who: string, names: readonly WeatherName[]) => {
      const name = names[below(names.length)] ?? 'clear';
      log(`${who}: ${name}`);
      const gateway = stack.use(await openWeather(world.url, name));
      all.push([who, gateway, names]);
      return gateway.url;
    },
    clear: () => {
      for (const [, gateway] of all) gateway.meddle = weatherOf('clear');
      cleared();
    },
    onClear: (hear: () => void) => {
      cleared = hear;
    },
  };
}

function writersOf(ground: Ground, machines: readonly Machine[]): readonly ((seed: number) => Promise<unknown>)[] {
  const files = machines.flatMap(({ machine, saved, edited }) =>
    [saved.path, ...edited.map((spec) => `specs/${spec}/LOG.md`)].map((path) => [machine, path] as const),
  );
  return [
    ...machines.flatMap(({ machine, saved, edited }) => [
      (seed: number) => save(ground, machine, saved, createRandomBelow(seed)),
      ...edited.map((spec) => (seed: number) => edit(ground, machine, spec, createRandomBelow(seed))),
      (seed: number) => run(ground, machine, join(ground.world.folder, `${machine.name}.txt`), createRandomBelow(seed)),
    ]),
    (seed: number) => readOn(ground, files, createRandomBelow(seed)),
  ];
}

interface Machine {
  readonly machine: MachineInWorld;
  /** The file that an editor saves, and the specs in which people edit by command. */
  readonly saved: { readonly root: string; readonly path: string };
  readonly edited: readonly string[];
}

async function startMachine(world: World, name: string, at: number, url: string): Promise<Machine> {
  const root = join(world.folder, name);
  const edited = [2, 3].map((number) => `${at}0${number}-edited`);
  const paths = edited.map((spec) => `specs/${spec}/README.md`);
  await writeFiles(root, Object.fromEntries(paths.map((path) => [path, specText(path)])));
  await writePolicy(join(world.folder, `bridge-${name}`), { kinds: programs });
  const machine = await world.startMachine(name, [root], {}, url);
  return { machine, edited, saved: { root, path: `specs/${at}01-saved/README.md` } };
}

/** Two read a stream, the third by long-poll. */
async function startReader(ground: Ground, machines: readonly Machine[], reader: string, url: string) {
  if (reader === 'eve') return await followByPoll(ground, reader, url);
  const list = async () => (await Promise.all(machines.map(({ machine }) => machine.documents()))).flat();
  const [hear, hearBlock] = [note.bind(undefined, ground, reader), noteBlock.bind(undefined, ground, reader)];
  return await followStream(url, ground.world.key, list, hear, hearBlock);
}

function mortals(world: World, machines: readonly Machine[]): readonly Mortal[] {
  const bridges = machines.map(({ machine }, at) => ({
    name: machine.name,
    kill: (away: Away) =>
      killBridge(machine, async () => {
        await away();
        // The first one loses the list of what it had, each time.
        if (at === 0) await rm(join(machine.data, 'manifests'), { recursive: true, force: true });
      }),
  }));
  return [...bridges, { name: 'relay', kill: (away) => killRelay(world, away) }];
}

/** Waits until no fault is left that time mends: the last state is held, and told. What stays is told by the check. */
async function settle(ground: Ground, machines: readonly Machine[]): Promise<void> {
  const { steps, versions } = ground;
  const look = async () => {
    const documents = (await Promise.all(machines.map(({ machine }) => machine.documents()))).flat();
    return documents.flatMap(({ rev }): readonly Step[] => {
      const known = versions.get(rev);
      return known === undefined ? [] : [{ is: 'held', ...known }];
    });
  };
  const isWell = async () => faultsOf([...steps, ...(await look())]).length === 0;
  await eventually(isWell, { timeoutMs: SETTLES_MS }).catch(() => undefined);
  steps.push(...(await look()));
}
