/** Does the effects of one command: all of them in order, or none. */
import { Problem } from '#contract/problems.ts';
import { type Effect, type EffectStep, sortOf } from './index.ts';
import type { Site } from './sort.ts';

/** Awaited before each effect, with its line for the journal. If it throws, the effect does not happen. */
export type Before = (step: EffectStep, at: number, isLast: boolean) => Promise<void>;

/** Does all effects. If one fails, undoes those before it and throws its Problem, or `interrupted` if the undo fails. */
export async function performAll(site: Site, effects: readonly Effect[], before: Before): Promise<void> {
  const done: EffectStep[] = [];
  try {
    for (const [at, effect] of effects.entries()) {
      const isLast = at === effects.length - 1;
      const step = sortOf(effect).toStep(effect, !isLast);
      await sortOf(effect).do(site, effect, () => before(step, at, isLast));
      done.push(step);
    }
  } catch (error) {
    await takeBack(site, done);
    throw error;
  }
}

/** Undoes effects, the last one first. Throws Problem `interrupted` if one cannot be undone. */
export async function takeBack(site: Site, done: readonly EffectStep[]): Promise<void> {
  for (const step of done.toReversed())
    await sortOf(step)
      .undo(site, step)
      .catch((error: unknown) => {
        throw new Problem('interrupted', 'A part of it was done and could not be taken back.', {}, error);
      });
}
