/** How long a poll is held: as long as the relay suggests, but no longer than this network allows. Pure. */
import { limits } from '#contract/limits.ts';

/** The longest hold that a network seems to allow, in ms; `Infinity` if nothing was ever cut. */
export interface HoldLearned {
  readonly bearableMs: number;
}

export const nothingLearned: HoldLearned = { bearableMs: Number.POSITIVE_INFINITY };

const shortenBy = 0.8;
const raiseBy = 1.02;

/** Ms of the next hold: a little less than possible, at random, so that many bridges do not ask at the same moment. */
export function nextHoldMs(learned: HoldLearned, wishedMs: number, random: () => number = Math.random): number {
  const wished = Math.min(Math.max(wishedMs, limits.holdMsMin), limits.holdMsMax);
  const most = Math.max(limits.holdMsMin, Math.min(wished, learned.bearableMs));
  return Math.round(Math.max(limits.holdMsMin, most - random() * limits.holdJitterMs));
}

/** After the network cut a hold that had lived for `livedMs`. */
export function afterCut(learned: HoldLearned, livedMs: number): HoldLearned {
  const bearableMs = Math.max(limits.holdMsMin, Math.min(shortenBy * livedMs, learned.bearableMs));
  return { bearableMs };
}

/** After a full hold of `heldMs`: slowly tries a little more. */
export function afterFullHold(learned: HoldLearned, heldMs: number): HoldLearned {
  if (heldMs < shortenBy * learned.bearableMs) return learned;
  const raised = learned.bearableMs * raiseBy;
  return raised > limits.holdMsMax ? nothingLearned : { bearableMs: raised };
}

/** Whether a hold that ended after `livedMs` was cut because of its length, and not refused at once or failed while connecting. */
export function isCutHold(livedMs: number, askedMs: number): boolean {
  return livedMs >= 3000 && livedMs < askedMs + limits.holdGraceMs + 1000;
}
