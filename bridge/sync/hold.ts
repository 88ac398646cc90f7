/** How long a poll asks to be held: what the relay wishes, shortened to what this network lets live. Pure. */
import { limits } from '#contract/limits.ts';

/** What was learned of a network: the longest hold it seems to bear, in ms; `Infinity` where nothing was ever cut. */
export interface HoldLearned {
  readonly bearableMs: number;
}

export const nothingLearned: HoldLearned = { bearableMs: Number.POSITIVE_INFINITY };

const shortenBy = 0.8;
const raiseBy = 1.02;

/** Ms to ask for next, a little less than could be, so that a herd spreads out. */
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

/** After a hold of `heldMs` was answered in full: a little more is tried, slowly. */
export function afterFullHold(learned: HoldLearned, heldMs: number): HoldLearned {
  if (heldMs < shortenBy * learned.bearableMs) return learned;
  const raised = learned.bearableMs * raiseBy;
  return raised > limits.holdMsMax ? nothingLearned : { bearableMs: raised };
}

/** Whether a hold that ended after `livedMs` was cut for its length, and not refused at once or failed while connecting. */
export function isCutHold(livedMs: number, askedMs: number): boolean {
  return livedMs >= 3000 && livedMs < askedMs + limits.holdGraceMs + 1000;
}
