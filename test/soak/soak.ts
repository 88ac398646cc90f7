/** A machine under load for a while: commands all the time; measured, then killed and stormed at, then measured again. Nothing is lost, and nothing costs more at the end than at the beginning. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Machine } from '#contract/machine.ts';
import { eventually } from '../kit/eventually.ts';
import { createRandom } from '../kit/random.ts';
import { openWorld } from '../kit/world.ts';
import { type Follower, followStream } from './follower.ts';
import { type Cost, measure, risen } from './gauges.ts';
import { type Ground, mainFile, makeGround } from './ground.ts';
import { createPeople, type People } from './people.ts';
import { disturb, kill, type Victim, victims } from './trouble.ts';

export interface SoakOptions {
  readonly seed: number;
  readonly relay: 'sqlite' | 'redis';
  readonly specs: number;
  readonly commands: {
    /** Before anything is measured, and in each of the two windows. */
    readonly warmUp: number;
    readonly window: number;
  };
  /** Each process is killed at least once, and so on until this time has passed. */
  readonly killsMs: number;
  /** Storms without kills, by which processes grow old. */
  readonly stormsMs: number;
  readonly log: (line: string) => void;
}

export interface SoakReport {
  readonly troubles: readonly string[];
  readonly states: Readonly<Record<string, number>>;
  readonly kills: Readonly<Record<Victim, number>>;
  readonly storms: number;
  readonly resets: number;
  readonly begin: readonly Cost[];
  readonly end: readonly Cost[];
}

/** Runs a soak in a world of its own. */
export async function runSoak({
  seed,
  relay,
  specs,
  commands,
  killsMs,
  stormsMs,
  log,
}: SoakOptions): Promise<SoakReport> {
  const random = createRandom(seed);
  await using world = await openWorld({ kind: relay });
  const ground = await makeGround(join(world.folder, 'shop'), specs);
  const machine = await world.startMachine('laptop', [ground.root]);
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const { url, key } = world;
  await using follower = await followStream(url, key, machine.documents);
  const sending = { url, key, machine: machine.id, project: projects[0]?.id ?? '', specs: ground.commanded };
  const people = createPeople({ ...sending, revs: await ground.revs(), random, seed });
  const kills = { bridge: 0, api: 0, redis: 0 };

  log('warming up');
  await people.send(commands.warmUp);
  const begin = await measure(world, machine, people.send, commands.window);

  log('killing');
  const storms = await underLoad(people, ground, createRandom(seed + 1), async () => {
    const deadline = performance.now() + killsMs;
    const due = victims.filter((victim) => victim !== 'redis' || relay === 'redis').toSorted(() => random() - 0.5);
    for (let count = 0; count < due.length || performance.now() < deadline; count += 1) {
      const victim = due[count] ?? due[Math.floor(random() * due.length)] ?? 'bridge';
      // Chance is the point here: the kill meets commands and saves at any step.
      await delay(random() * 3000);
      log(`kill ${victim}`);
      await kill(victim, world, machine, random);
      kills[victim] += 1;
    }
  });
  log('storms');
  const moreStorms = await underLoad(people, ground, createRandom(seed + 2), () => delay(stormsMs));

  log('measuring');
  await checkSame(ground, machine.documents, follower);
  await people.send(commands.warmUp);
  const end = await measure(world, machine, people.send, commands.window);
  await checkSame(ground, machine.documents, follower);
  const troubles = [...people.troubles, ...(await untrue(ground, people, follower)), ...risen(begin, end)];
  const resets = follower.resets();
  return { troubles, states: people.states, kills, storms: storms + moreStorms, resets, begin, end };
}

/** Runs `act` while people send and files change; the number of disturbances. */
async function underLoad(
  people: People,
  ground: Ground,
  random: () => number,
  act: () => Promise<unknown>,
): Promise<number> {
  const over = new AbortController();
  const sending = people.send(Number.POSITIVE_INFINITY, over.signal);
  const disturbing = disturb(ground, random, over.signal);
  try {
    await act();
  } finally {
    over.abort();
    await Promise.allSettled([sending, disturbing]);
  }
  await sending;
  return await disturbing;
}

/** Every file is at the relay as on the disk, and the stream has told so. */
async function checkSame(
  ground: Ground,
  list: () => Promise<readonly { readonly path: string; readonly rev: string }[]>,
  { documents }: Follower,
): Promise<void> {
  await eventually(
    async () => {
      const disk = await ground.revs();
      const held = new Map((await list()).map(({ path, rev }) => [path, rev]));
      for (const [what, found] of Object.entries({ 'the relay': held, 'the stream': documents })) {
        const other = [...new Set([...disk.keys(), ...found.keys()])].filter(
          (path) => disk.get(path) !== found.get(path),
        );
        if (other.length > 0) throw new Error(`${what}: ${other.length} files differ, ${other.slice(0, 3)}`);
      }
      return true;
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );
}

/** What the receipts say and the files do not. */
async function untrue(ground: Ground, { known, made }: People, follower: Follower): Promise<string[]> {
  const troubles: string[] = [];
  for (const { spec, notes, main } of known) {
    const [kept, text] = await Promise.all([
      readFile(join(ground.root, `specs/${spec}/NOTES.md`), 'utf8').catch(() => ''),
      readFile(join(ground.root, mainFile(spec)), 'utf8'),
    ]);
    if (kept !== notes.text) troubles.push(`${spec}: NOTES.md is not what its receipts say`);
    if (main.assignee !== undefined && !text.includes(`assignee: ${main.assignee}\n`))
      troubles.push(`${spec}: its assignee is not ${main.assignee}`);
  }
  const untold = follower.resets() > 0 ? [] : made.filter((rev) => !follower.told.has(rev));
  if (untold.length > 0) troubles.push(`${untold.length} of ${made.length} revs were never told on the stream`);
  return troubles;
}
