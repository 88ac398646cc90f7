/** Every step of the bridge and of the relay, on both engines: a kill there, a start, and what holds afterwards. */
import { openKillWorld, type Victim } from '../kit/killed-at.ts';

export interface StepsReport {
  /** Kills that a program came to, and steps that it did not come to so often in their round. */
  readonly kills: number;
  readonly missed: number;
  readonly troubles: readonly string[];
}

/** Kills at the first, the middle and the last time that each step comes in a round. */
export async function runSteps(log: (line: string) => void): Promise<StepsReport> {
  const found = { kills: 0, missed: 0, troubles: [] as string[] };
  for (const kind of ['sqlite', 'redis'] as const)
    for (const victim of ['bridge', 'api'] as const satisfies readonly Victim[]) {
      await using first = await openKillWorld(kind);
      const steps = await first.stepsOf(victim);
      log(`${kind}, ${victim}: ${steps.size} steps`);
      // After a trouble nothing that follows in the same world tells anything.
      let world = first;
      await using others = new AsyncDisposableStack();
      for (const [step, count] of steps)
        for (const times of new Set([1, Math.ceil(count / 2), count]))
          try {
            const isKilled = await world.killAt(victim, step, times);
            found[isKilled ? 'kills' : 'missed'] += 1;
          } catch (error) {
            const trouble = `${kind}, ${victim}, ${step} ${times}: ${error instanceof Error ? error.message : error}`;
            log(trouble);
            found.troubles.push(trouble);
            world = others.use(await openKillWorld(kind));
          }
    }
  return found;
}
