/** After a crash: what the disk says of the effects that a command had begun. */
import { Problem } from '#contract/problems.ts';
import { clearTemporary } from '../files/write.ts';
import { type EffectStep, sortOf } from './effects/index.ts';
import { type Placed, takeBack } from './effects/perform.ts';
import { isEachAlone } from './effects/perform-each.ts';
import type { Place } from './effects/sort.ts';
import type { Begun, Outcome } from './journal-lines.ts';
import type { OpenCommand } from './journal-state.ts';
import { outcomeOf } from './outcome.ts';

/**
 * The outcome of a command that had begun, or undefined where it may run again: because nothing of it is on the disk (of one with several effects, those that were done are taken back), or because each of its effects stands alone, and it goes on behind them.
 * It does not matter whether the effects lie in one project, in several, or in the home of a tool: each is in the journal before it happens, with the place that it belongs to.
 */
export async function recoverOutcome(open: OpenCommand, places: readonly Place[]): Promise<Outcome | undefined> {
  const { command, begun } = open;
  await clearBeside(open, places);
  const last = begun.at(-1);
  if (last === undefined || isEachAlone(begun)) return undefined;
  const steps = placed(begun, places);
  const newest = steps?.at(-1);
  if (steps === undefined || newest === undefined)
    return outcomeOf(new Problem('interrupted', 'The project is not watched any more.'));
  try {
    // Each begins when the one before it is done, so only of the last one it is not known.
    const found = await sortOf(newest.what).probe({ command: command.id, root: newest.place.root }, newest.what);
    if (found === 'neither') return outcomeOf(new Problem('interrupted'));
    if (found === 'done' && last.isLast) return { state: 'done', result: last.result };
    await takeBack(command.id, found === 'done' ? steps : steps.slice(0, -1));
    return undefined;
  } catch (error) {
    return outcomeOf(error);
  }
}

/** The effects with their places; undefined where one of those is unknown now. */
function placed(begun: readonly Begun[], places: readonly Place[]): readonly Placed<EffectStep>[] | undefined {
  const found = begun.flatMap(({ project, step }) => {
    const place = places.find(({ id }) => id === project);
    return place === undefined ? [] : [{ place, what: step }];
  });
  return found.length === begun.length ? found : undefined;
}

/** A command that has expired meanwhile, or is refused now, does not write again: its lock would hold up the next write, and stay where none comes. */
async function clearBeside({ command, beside }: OpenCommand, places: readonly Place[]): Promise<void> {
  for (const { project, path } of beside) {
    const root = places.find(({ id }) => id === project)?.root;
    // What cannot be removed now is found by the next write beside it.
    if (root !== undefined) await clearTemporary({ id: command.id, root, path }).catch(() => undefined);
  }
}
