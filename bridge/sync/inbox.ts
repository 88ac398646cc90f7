/** Waits for the keys that people press into channels, on a connection of its own, while any channel takes them. */
import type { InboxAnswer } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { Client } from '../net/client.ts';
import type { Interruption } from '../net/interruption.ts';
import { afterCut, afterFullHold, type HoldLearned, isCutHold, nextHoldMs, nothingLearned } from './hold.ts';
import { type Contact, persist } from './persist.ts';
import { isCut } from './poll.ts';
import type { Wakeup } from './wakeup.ts';

/** The receiver of inputs. */
export interface InboxSink {
  /** Channels that take inputs, each with the position of the last one that was taken. */
  after(): Readonly<Record<string, number>>;
  /** Those of them that somebody reads, as far as the relay has said. */
  watched(): readonly string[];
  /** `seen` of the last answer that was taken. */
  seen(): string;
  /** Takes inputs, and what is read by whom now. */
  take(answer: Pick<InboxAnswer, 'inputs' | 'watch' | 'readers' | 'seen' | 'now'>): Promise<void>;
  /** Rings when there are other channels than before. */
  readonly changed: Wakeup;
}

export interface InboxDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly sink: InboxSink;
  readonly contact: Contact;
}

/** Waits until `signal` aborts. Throws LinkMoved. */
export async function runInbox(deps: InboxDeps, signal: AbortSignal): Promise<void> {
  const { sink } = deps;
  let learned = nothingLearned;
  while (!signal.aborted) {
    if (Object.keys(sink.after()).length === 0) await sink.changed.next(signal);
    else learned = await holdOnce(deps, learned, signal);
  }
}

/** One hold, which ends where there are other channels than it asks about. */
async function holdOnce(deps: InboxDeps, learned: HoldLearned, signal: AbortSignal): Promise<HoldLearned> {
  const { client, epoch, sink, contact } = deps;
  const ended = new AbortController();
  const round = AbortSignal.any([signal, ended.signal]);
  let now = learned;
  let [askedMs, began] = [0, 0];
  const attempt = async () => {
    askedMs = nextHoldMs(now, limits.holdMs);
    began = performance.now();
    const told = { watch: [...sink.watched()], seen: sink.seen() };
    const body = { epoch, after: sink.after(), ...told, waitSeconds: askedMs / 1000 };
    const timeoutMs = askedMs + limits.holdGraceMs;
    const answer = await client.call('bridgeInbox', { body, lane: 'inbox', timeoutMs, signal: round });
    const heldMs = performance.now() - began;
    if (heldMs >= 0.9 * askedMs) now = afterFullHold(now, heldMs);
    return answer;
  };
  const mend = (interruption: Interruption) => {
    const livedMs = performance.now() - began;
    if (!isCut(interruption) || !isCutHold(livedMs, askedMs)) return false;
    now = afterCut(now, Math.min(livedMs, askedMs));
    return true;
  };
  const changed = sink.changed.next(round).then(() => ended.abort());
  try {
    const answer = await persist(attempt, { contact, signal: round, untilLost: true, mend });
    await sink.take(answer);
  } catch (error) {
    // The next hold asks about the channels that there are now.
    if (!ended.signal.aborted || signal.aborted) throw error;
  } finally {
    ended.abort();
    await changed;
  }
  return now;
}
