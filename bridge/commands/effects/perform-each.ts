/** Does effects of one command that do not depend on each other, each by itself. What an earlier life of the bridge has done of them stays, and is not done again. */
import { isProblemCode, Problem } from '#contract/problems.ts';
import type { Begun } from '../journal-lines.ts';
import { problemOf } from '../outcome.ts';
import { type EffectStep, sortOf } from './index.ts';
import type { Placed } from './perform.ts';
import type { Place } from './sort.ts';

/** An item that only needs to be written, with its result. */
export interface Item<Result = unknown> {
  readonly placed: Placed;
  readonly result: Result;
}

/** How an item ended. */
export type Ended<Result = unknown> = { readonly result: Result } | { readonly problem: Problem };

/** An item of an earlier life of which only the disk may tell whether it was done; `place` is undefined where it is unknown now. */
interface Unsure {
  readonly at: number;
  readonly place: Place | undefined;
  readonly step: EffectStep;
  readonly result: unknown;
  /** What its line in the journal says of the items before it. */
  readonly failed: NonNullable<Begun['failed']>;
}

/** What an earlier life of the bridge has left of such a command. */
export interface Earlier {
  /** How items ended, by their place in the list. */
  readonly ended: ReadonlyMap<number, Ended>;
  readonly unsure: Unsure | undefined;
}

/** Whether a command has begun, and each of its effects stands alone. */
export function isEachAlone(begun: readonly Begun[]): boolean {
  return begun.some(({ failed }) => failed !== undefined);
}

/** The same by the journal. Each item began when the one before it had ended, so only of the last one it is not known how. */
export function earlierOf(begun: readonly Begun[], places: Iterable<Place>): Earlier {
  const ended = new Map<number, Ended>();
  for (const { at, result } of begun.slice(0, -1)) ended.set(at, { result });
  for (const { at, code, detail } of begun.flatMap(({ failed = [] }) => failed))
    ended.set(at, { problem: new Problem(isProblemCode(code) ? code : 'interrupted', detail) });
  const last = begun.at(-1);
  if (last === undefined) return { ended, unsure: undefined };
  const place = [...places].find(({ id }) => id === last.project);
  const { at, step, result, failed = [] } = last;
  return { ended, unsure: { at, place, step, result, failed } };
}

export interface EachDeps {
  /** Id of the command. */
  readonly command: string;
  readonly earlier: Earlier;
  /** Awaited before each item is made, because that may write too. If it throws, this item and all after it end with that. */
  readonly checkMayGoOn: () => Promise<void>;
  /** Awaited before each effect, with what the journal holds of it. If it throws, the effect does not happen. */
  readonly before: (
    step: Placed<EffectStep>,
    line: Pick<Begun, 'at' | 'isLast' | 'result' | 'failed'>,
  ) => Promise<void>;
  /** Hears of what is a defect. */
  readonly onDefect: (error: unknown) => void;
}

/** Makes and does one item after another. One that cannot be made or done fails alone, also by a defect. */
export async function performEach<Result>(
  makers: readonly (() => Promise<Item<Result>>)[],
  deps: EachDeps,
): Promise<readonly Ended<Result>[]> {
  const { earlier, checkMayGoOn, before, onDefect } = deps;
  const all: Ended<Result>[] = [];
  let failed: NonNullable<Begun['failed']> = [];
  let stopped: Problem | undefined;
  for (const [at, make] of makers.entries()) {
    const isLast = at === makers.length - 1;
    const known = (earlier.ended.get(at) ?? (await endOf(at, deps))) as Ended<Result> | undefined;
    if (known === undefined && stopped === undefined)
      stopped = await checkMayGoOn().then(
        () => undefined,
        (error: unknown) => problemOf(error, onDefect),
      );
    const ready = async (step: Placed<EffectStep>, result: Result) => {
      // The line of an item that is done again takes the place of its old one.
      const replaced = at === earlier.unsure?.at ? earlier.unsure.failed : [];
      await before(step, { at, isLast, result, failed: [...replaced, ...failed] });
      failed = [];
    };
    const ended = known ?? (stopped === undefined ? await doOne(make, ready, deps) : { problem: stopped });
    all.push(ended);
    if (!earlier.ended.has(at) && 'problem' in ended) failed = [...failed, failedItem(at, ended.problem)];
  }
  return all;
}

async function doOne<Result>(
  make: () => Promise<Item<Result>>,
  ready: (step: Placed<EffectStep>, result: Result) => Promise<void>,
  { command, onDefect }: EachDeps,
): Promise<Ended<Result>> {
  try {
    const { placed, result } = await make();
    const { place, what } = placed;
    const step = { place, what: sortOf(what).toStep(what, false) };
    await sortOf(what).do({ command, root: place.root }, what, () => ready(step, result));
    return { result };
  } catch (error) {
    return { problem: problemOf(error, onDefect) };
  }
}

/** How the item ended that an earlier life was about to do; undefined for any other, and where nothing of it is on the disk. */
async function endOf(at: number, { command, earlier, onDefect }: EachDeps): Promise<Ended | undefined> {
  const { unsure } = earlier;
  if (unsure?.at !== at) return undefined;
  const { place, step, result } = unsure;
  if (place === undefined) return { problem: new Problem('interrupted', 'The project is not watched any more.') };
  try {
    const found = await sortOf(step).probe({ command, root: place.root }, step);
    if (found === 'not-begun') return undefined;
    return found === 'done' ? { result } : { problem: new Problem('interrupted') };
  } catch (error) {
    return { problem: problemOf(error, onDefect) };
  }
}

function failedItem(at: number, { code, detail }: Problem): NonNullable<Begun['failed']>[number] {
  return { at, code, ...(detail === undefined ? {} : { detail: detail.slice(0, detailLengthMax) }) };
}

/** In UTF-16 units: a sentence and a path. */
const detailLengthMax = 500;
