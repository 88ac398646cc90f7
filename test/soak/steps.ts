/** Every step of the bridge and of the relay, on both engines: a kill there, a start, and what holds afterwards. */
import { type KillWorld, openKillWorld, type Victim } from '../kit/killed-at.ts';
import { createRandom } from '../kit/random.ts';

export interface StepsReport {
  /** Kills that a program came to, and steps that it did not come to so often in their round. */
  kills: number;
  missed: number;
  /** Kills for which there was no time. */
  left: number;
  readonly troubles: string[];
}

export interface StepsWanted {
  /** The order of the kills follows from it. */
  readonly seed: number;
  /** How long it takes: each engine and victim has a quarter. */
  readonly ms: number;
  readonly log: (line: string) => void;
}

const pairs = [
  ['sqlite', 'bridge'],
  ['sqlite', 'api'],
  ['redis', 'bridge'],
  ['redis', 'api'],
] as const satisfies readonly (readonly ['sqlite' | 'redis', Victim])[];

/** Kills at the first, the middle and the last time that each step comes in a round; every second program comes back when the brief command has expired. */
export async function runSteps({ seed, ms, log }: StepsWanted): Promise<StepsReport> {
  const found: StepsReport = { kills: 0, missed: 0, left: 0, troubles: [] };
  const endsAt = performance.now() + ms;
  for (const [at, [kind, victim]] of pairs.entries()) {
    const leftMs = endsAt - performance.now();
    const turnEndsAt = performance.now() + leftMs / (pairs.length - at);
    await using worlds = new AsyncDisposableStack();
    // After a trouble nothing that follows in the same world tells anything.
    let world: KillWorld = worlds.use(await openKillWorld(kind));
    const steps = await world.stepsOf(victim);
    const wanted = shuffled(seed, killsAt(steps));
    log(`${kind}, ${victim}: ${steps.size} steps, ${wanted.length} kills`);
    for (const [done, [step, times]] of wanted.entries()) {
      if (performance.now() > turnEndsAt) {
        found.left += wanted.length - done;
        log(`${kind}, ${victim}: no time for ${wanted.length - done} of them`);
        break;
      }
      try {
        const isKilled = await world.killAt(victim, step, times, done % 2 === 1);
        found[isKilled ? 'kills' : 'missed'] += 1;
      } catch (error) {
        const trouble = `${kind}, ${victim}, ${step} ${times}: ${error instanceof Error ? error.message : error}`;
        log(trouble);
        found.troubles.push(trouble);
        world = worlds.use(await openKillWorld(kind));
      }
    }
  }
  return found;
}

function killsAt(steps: ReadonlyMap<string, number>): readonly (readonly [step: string, times: number])[] {
  return [...steps].flatMap(([step, count]) =>
    [...new Set([1, Math.ceil(count / 2), count])].map((times) => [step, times] as const),
  );
}

/** So that a run that is too short for all has some of each. */
function shuffled<One>(seed: number, all: readonly One[]): readonly One[] {
  const random = createRandom(seed);
  const keyed = all.map((one) => [random(), one] as const);
  return keyed.sort(([one], [other]) => one - other).map(([, one]) => one);
}
