/** Which of two bridges is the machine: decided from who holds its epoch, who comes, and whether the holder is present. Pure. */
import * as v from 'valibot';
import { Instance } from '#contract/bridge.ts';

/** The bridge that holds a machine's epoch. */
export const Holder = v.object({
  ...Instance.entries,
  attempt: v.number(),
  /** The first epochs of this folder and of this run, as long as nobody else came between. */
  since: v.object({ folder: v.number(), run: v.number() }),
});
export type Holder = v.InferOutput<typeof Holder>;

export interface Newcomer {
  readonly instance?: Instance | undefined;
  readonly attempt: number;
}

/**
 * `take`: the newcomer gets a new epoch. `repeated`: this connect was answered before. `late`: a later one of the same process was.
 * `superseded`: a later run of its folder is there. `in-use`: another bridge is.
 */
export type Judgement = 'take' | 'repeated' | 'late' | 'superseded' | 'in-use';

/** What becomes of a connect. Only a present holder stands in a newcomer's way. */
export function judgeConnect(
  holder: Holder | undefined,
  { instance, attempt }: Newcomer,
  isPresent: boolean,
): Judgement {
  if (holder === undefined) return 'take';
  if (instance !== undefined && isSameProcess(holder, instance)) {
    if (attempt > holder.attempt) return 'take';
    return attempt === holder.attempt ? 'repeated' : 'late';
  }
  if (!isPresent) return 'take';
  if (instance?.folder !== holder.folder || instance.run === holder.run) return 'in-use';
  return instance.run > holder.run ? 'take' : 'superseded';
}

/** The newcomer as holder of `epoch`; undefined where it did not say who it is. */
export function holderOf(
  before: Holder | undefined,
  { instance, attempt }: Newcomer,
  epoch: number,
): Holder | undefined {
  if (instance === undefined) return undefined;
  const isSameFolder = before?.folder === instance.folder;
  const folder = isSameFolder ? before.since.folder : epoch;
  const run = before !== undefined && isSameProcess(before, instance) ? before.since.run : epoch;
  return { ...instance, attempt, since: { folder, run } };
}

/** What a call of an epoch before the holder's is told. Only a bridge whose folder runs again elsewhere is over; every other one connects anew, and `judgeConnect` decides. */
export function olderEpoch(epoch: number, holder: Holder | undefined): 'superseded' | 'resync' {
  if (holder === undefined) return 'superseded';
  return epoch >= holder.since.folder && epoch < holder.since.run ? 'superseded' : 'resync';
}

function isSameProcess(a: Instance, b: Instance): boolean {
  return a.folder === b.folder && a.run === b.run && a.nonce === b.nonce;
}
