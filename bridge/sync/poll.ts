/** Waiting for commands: one held request at a time on a connection of its own, as long as this network lets it live. */
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandDelivered, JournalMark, PollAnswer, PollRequest } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import type { QueryDelivered } from '#contract/query.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import type { Interruption } from '../net/interruption.ts';
import type { RelayClock } from './clock.ts';
import { afterCut, afterFullHold, type HoldLearned, isCutHold, nextHoldMs } from './hold.ts';
import { type Contact, persist } from './persist.ts';

/** Where commands go. */
export interface CommandSink {
  /** Resolves when they are safe on disk. */
  accept(commands: readonly CommandDelivered[]): Promise<void>;
  cancel(ids: readonly string[]): void;
  /** All that is here and whose result was not taken yet. */
  holding(): PollRequest['holding'];
  /** Which journal this is, and how far it is. */
  journal(): JournalMark;
}

/** Where queries go. */
export interface QuerySink {
  ask(queries: readonly QueryDelivered[]): void;
  /** Ids of all whose answers were not taken yet. */
  asking(): readonly string[];
}

/** What is kept over reconnects. */
export interface PollMemory {
  /** Position of the last command received, and the handle that it counts in. */
  after: number;
  handle: string;
  /** Hold that the relay wishes, in ms. */
  wishedMs: number;
  learned: HoldLearned;
}

export interface PollDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly memory: PollMemory;
  readonly clock: RelayClock;
  readonly sink: CommandSink;
  readonly queries: QuerySink;
  readonly contact: Contact;
  /** What the relay knows of the machine. */
  readonly onConditions: (conditions: readonly Condition[]) => void;
  /** After a hold was cut: what was learned. */
  readonly onCut: (livedMs: number) => void;
}

/** Polls until `signal` aborts. Throws LinkMoved. */
export async function runPoll(deps: PollDeps, signal: AbortSignal): Promise<void> {
  let quick = 0;
  while (!signal.aborted) {
    const began = performance.now();
    const before = deps.memory.after;
    const answer = await holdOnce(deps, signal);
    const asking = deps.queries.asking();
    const isEmpty = deps.memory.after === before && !answer.queries.some(({ id }) => asking.includes(id));
    quick = isEmpty && performance.now() - began < limits.quickAnswerMs ? quick + 1 : 0;
    const slowDown =
      quick >= limits.quickAnswersMax ? backoffMs(quick - limits.quickAnswersMax, limits.quickAnswerMs) : 0;
    const waitMs = Math.max(slowDown, Math.min(answer.next.delayMs, limits.backoffMsMax));
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
  }
}

/** One poll that is answered, however often the network cuts it. */
async function holdOnce(deps: PollDeps, signal: AbortSignal): Promise<PollAnswer> {
  const { memory } = deps;
  let askedMs = 0;
  let began = 0;
  let wasBroken = false;
  const attempt = async () => {
    // After an interruption nothing is held: the answer says at once that the relay is back.
    askedMs = wasBroken ? 0 : nextHoldMs(memory.learned, memory.wishedMs);
    began = performance.now();
    return await pollOnce(deps, askedMs, 'poll', signal);
  };
  const mend = (interruption: Interruption) => {
    const livedMs = performance.now() - began;
    wasBroken ||= !isCut(interruption) || !isCutHold(livedMs, askedMs);
    if (wasBroken) return false;
    memory.learned = afterCut(memory.learned, Math.min(livedMs, askedMs));
    deps.onCut(livedMs);
    return true;
  };
  const answer = await persist(attempt, { contact: deps.contact, signal, untilLost: true, mend });
  const heldMs = performance.now() - began;
  if (heldMs >= 0.9 * askedMs) memory.learned = afterFullHold(memory.learned, heldMs);
  memory.wishedMs = answer.next.waitSeconds * 1000;
  deps.onConditions(answer.conditions ?? []);
  return answer;
}

/** One poll on a lane, with its commands accepted; `holding` goes with it, so it renews every lease. */
export async function pollOnce(
  { client, epoch, memory, clock, sink, queries }: Omit<PollDeps, 'contact' | 'onCut' | 'onConditions'>,
  holdMs: number,
  lane: 'poll' | 'data',
  signal: AbortSignal,
): Promise<PollAnswer> {
  const said = { holding: sink.holding(), journal: sink.journal(), asking: [...queries.asking()] };
  const body: PollRequest = { epoch, after: memory.after, ...said, waitSeconds: holdMs / 1000 };
  const answer = await client.call('bridgePoll', { body, lane, timeoutMs: holdMs + limits.holdGraceMs, signal });
  clock.set(answer.now);
  // Before anything is written: reading waits for nothing.
  queries.ask(answer.queries);
  if (answer.commands.length > 0) await sink.accept(answer.commands);
  if (answer.cancel.length > 0) sink.cancel(answer.cancel);
  memory.after = Math.max(memory.after, answer.after);
  return answer;
}

/** Cut while it was held: a closed socket, a silence, or a gateway that lost patience. */
function isCut({ breakage, status }: Interruption): boolean {
  return breakage === 'cut' || breakage === 'timeout' || status === 502 || status === 504 || status === 408;
}
