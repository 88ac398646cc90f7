/** Waits for commands: one held request at a time, on its own connection, for as long as this network allows. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Acknowledged, CommandDelivered, JournalMark, PollAnswer, PollRequest } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import type { QueryDelivered } from '#contract/query.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import type { Interruption } from '../net/interruption.ts';
import type { RelayClock } from './clock.ts';
import { afterCut, afterFullHold, type HoldLearned, isCutHold, nextHoldMs } from './hold.ts';
import { type Contact, persist } from './persist.ts';

/** Receives commands. */
export interface CommandSink {
  /** Resolves when they are safe on disk. */
  accept(commands: readonly CommandDelivered[]): Promise<void>;
  cancel(ids: readonly string[]): void;
  /** All commands whose result was not acknowledged yet. */
  holding(): PollRequest['holding'];
  /** The journal's id and count. */
  journal(): JournalMark;
}

/** Receives queries. */
export interface QuerySink {
  ask(queries: readonly QueryDelivered[]): void;
  /** Ids of all queries whose answers were not acknowledged yet. */
  asking(): readonly string[];
}

/** State that survives reconnects. */
export interface PollMemory {
  /** Position of the last received command, and the handle of the store that it belongs to. */
  after: number;
  handle: string;
  /** The last batch that the relay has acknowledged to this process. */
  acknowledged: Acknowledged | undefined;
  /** Hold that the relay suggests, in ms. */
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
  /** The conditions of the machine that the relay knows. */
  readonly onConditions: (conditions: readonly Condition[]) => void;
  /** Called after a hold was cut. */
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

/** Repeats one poll until it is answered, no matter how often the network cuts it. */
async function holdOnce(deps: PollDeps, signal: AbortSignal): Promise<PollAnswer> {
  const { memory } = deps;
  let askedMs = 0;
  let began = 0;
  let wasBroken = false;
  const attempt = async () => {
    // After an interruption the poll is not held, so that its answer shows at once that the relay is back.
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

/** Sends one poll on a lane, and accepts its commands. It sends `holding`, so it renews every lease. */
export async function pollOnce(
  { client, epoch, memory, clock, sink, queries }: Omit<PollDeps, 'contact' | 'onCut' | 'onConditions'>,
  holdMs: number,
  lane: 'poll' | 'data',
  signal: AbortSignal,
): Promise<PollAnswer> {
  const said = { holding: sink.holding(), journal: sink.journal(), asking: [...queries.asking()] };
  const acknowledged = memory.acknowledged?.epoch === epoch ? memory.acknowledged.seq : 0;
  const body: PollRequest = { epoch, after: memory.after, acknowledged, ...said, waitSeconds: holdMs / 1000 };
  const answer = await client.call('bridgePoll', { body, lane, timeoutMs: holdMs + limits.holdGraceMs, signal });
  clock.set(answer);
  // Before commands are written to disk, so that queries do not wait for that.
  queries.ask(answer.queries);
  if (answer.commands.length > 0) await sink.accept(answer.commands);
  if (answer.cancel.length > 0) sink.cancel(answer.cancel);
  memory.after = Math.max(memory.after, answer.after);
  return answer;
}

/** Whether a poll was cut while it was held: a closed socket, silence, or a gateway's timeout. */
export function isCut({ breakage, status }: Interruption): boolean {
  return breakage === 'cut' || breakage === 'timeout' || status === 502 || status === 504 || status === 408;
}
