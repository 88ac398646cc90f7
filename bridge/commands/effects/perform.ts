/** Does the effects of one command in order: all of them or none. `perform-each.ts` does each by itself. */
import { Problem } from '#contract/problems.ts';
import { type Effect, type EffectStep, sortOf } from './index.ts';
import type { Place } from './sort.ts';

/** An effect, and where it happens. */
export interface Placed<What = Effect> {
  readonly place: Place;
  readonly what: What;
}

/** Awaited before each effect, with its line for the journal. If it throws, the effect does not happen. */
export type Before = (step: Placed<EffectStep>, at: number, isLast: boolean) => Promise<void>;

/** Does all effects of a command (by its id). If one fails, undoes those before it and throws its Problem, or `interrupted` if the undo fails. */
export async function performAll(command: string, effects: readonly Placed[], before: Before): Promise<void> {
  const done: Placed<EffectStep>[] = [];
  try {
    for (const [at, { place, what }] of effects.entries()) {
      const isLast = at === effects.length - 1;
      const step = { place, what: sortOf(what).toStep(what, !isLast) };
      await sortOf(what).do({ command, root: place.root }, what, () => before(step, at, isLast));
      done.push(step);
    }
  } catch (error) {
    await takeBack(command, done);
    throw error;
  }
}

/** Undoes effects, the last one first. Throws Problem `interrupted` if one cannot be undone. */
export async function takeBack(command: string, done: readonly Placed<EffectStep>[]): Promise<void> {
  for (const { place, what } of done.toReversed())
    await sortOf(what)
      .undo({ command, root: place.root }, what)
      .catch((error: unknown) => {
        throw new Problem('interrupted', 'A part of it was done and could not be taken back.', {}, error);
      });
}
