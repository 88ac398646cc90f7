/** Waits for the keys that people press into channels, while any channel takes them: by a stream of events where the network lets one through, else by long-polls. */
import { setTimeout as delay } from 'node:timers/promises';
import type { InboxAnswer, InboxRequest } from '#contract/channel.ts';
import { backoffMs, currentLadder, type Ladder, nextLadder, type Outcome, type Way } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { nextHoldMs } from './hold.ts';
import { readInboxEvents } from './inbox-events.ts';
import type { NetworkMemory } from './network-memory.ts';
import { type Contact, movedBy, persist } from './persist.ts';
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
  /** Rings when there may be other channels than before. */
  readonly changed: Wakeup;
}

export interface InboxDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly sink: InboxSink;
  readonly contact: Contact;
  readonly ladders: NetworkMemory<Ladder>;
  /** Hears in which way inputs come; undefined while no channel takes any. */
  readonly onWay: (way: Way | undefined) => void;
}

/** An inbox as it is now. */
interface Course {
  readonly deps: InboxDeps;
  /** How the last try ended. It counts only once a plain read has shown that the relay can be reached. */
  outcome: Outcome | undefined;
  /** Ms after which the relay wants to be asked again. */
  delayMs: number;
  /** Ends when all answers so far were taken: one after another, so that each finds what the one before has taken. */
  taking: Promise<void>;
}

/** Waits until `signal` aborts. Throws LinkMoved. */
export async function runInbox(deps: InboxDeps, signal: AbortSignal): Promise<void> {
  const { sink, onWay } = deps;
  const course: Course = { deps, outcome: undefined, delayMs: 0, taking: Promise.resolve() };
  try {
    while (!signal.aborted) {
      if (Object.keys(sink.after()).length > 0) await whileTheSame(sink, signal, (round) => tryOnce(course, round));
      else {
        onWay(undefined);
        await sink.changed.next(signal);
      }
    }
  } finally {
    onWay(undefined);
  }
}

/** Does `work`, and ends it where there are other channels than at its start. */
async function whileTheSame(
  sink: InboxSink,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const others = new AbortController();
  const round = AbortSignal.any([signal, others.signal]);
  const named = () => Object.keys(sink.after()).join(' ');
  const atFirst = named();
  const changed = (async () => {
    do await sink.changed.next(round);
    while (!round.aborted && named() === atFirst);
    others.abort();
  })();
  try {
    await work(round);
  } catch (error) {
    // The next try asks about the channels that there are now.
    if (!others.signal.aborted || signal.aborted) throw error;
  } finally {
    others.abort();
    await changed;
  }
}

/** One try, on the highest rung that this network allows. After one that did not end well it first asks without waiting, until the relay answers. */
async function tryOnce(course: Course, signal: AbortSignal): Promise<void> {
  const { deps, outcome } = course;
  const goesOn = outcome?.type === 'recycled' || outcome?.type === 'held';
  if (!goesOn) {
    const ask = () => longPoll(course, 0, signal);
    await take(course, await persist(ask, { contact: deps.contact, signal, untilLost: true }));
  }
  const ladder = judged(course);
  deps.onWay(ladder.way);
  const waitMs = ladder.quickCloses > 0 ? backoffMs(ladder.quickCloses, course.delayMs, Math.random()) : course.delayMs;
  course.delayMs = 0;
  // Of a try that other channels end. Whether a stream comes through is not known before it does.
  // The lowest rung has nothing but that read.
  course.outcome = ladder.way === 'long-poll' ? { type: 'held' } : undefined;
  if (waitMs > 0) await delay(Math.min(waitMs, limits.backoffMsMax), undefined, { signal });
  try {
    course.outcome = await tries[ladder.way](course, ladder, goesOn, signal);
  } catch (error) {
    throw (error instanceof Problem ? movedBy(error) : undefined) ?? error;
  }
}

/** The ladder after the last try. */
function judged({ deps: { ladders }, outcome }: Course): Ladder {
  const [before, now] = [ladders.recall(), Date.now()];
  const ladder = currentLadder(outcome === undefined ? before : nextLadder(before, outcome, now), now);
  ladders.learn(ladder);
  return ladder;
}

type Try = (course: Course, ladder: Ladder, goesOn: boolean, signal: AbortSignal) => Promise<Outcome | undefined>;

const tries: Readonly<Record<Way, Try>> = {
  events: (course, _ladder, goesOn, signal) => followEvents(course, goesOn, signal),
  'long-poll': async (course, { holdMs }, _goesOn, signal) => {
    const began = performance.now();
    try {
      await take(course, await longPoll(course, nextHoldMs({ bearableMs: holdMs }, limits.holdMs), signal));
      return { type: 'held' };
    } catch (error) {
      if (signal.aborted || !(error instanceof Interruption)) throw error;
      return error.retryAfterMs > 0 ? undefined : { type: 'cut', lastedMs: performance.now() - began };
    }
  },
  'short-poll': async (_course, _ladder, _goesOn, signal) => {
    await delay(limits.shortPollMs, undefined, { signal });
    return { type: 'waited' };
  },
};

/** Reads a stream. Where it may not come through, long-polls wait beside it until it does, so that no key waits for the verdict. */
async function followEvents(course: Course, isKnown: boolean, signal: AbortSignal): Promise<Outcome | undefined> {
  const through = new AbortController();
  const beside = isKnown ? undefined : pollBeside(course, AbortSignal.any([signal, through.signal]));
  const onThrough = () => {
    course.outcome = { type: 'recycled' };
    through.abort();
  };
  const { client } = course.deps;
  try {
    const events = { client, onThrough, take: (answer: InboxAnswer) => take(course, answer) };
    return await readInboxEvents(events, asked(course, limits.holdMs), signal);
  } finally {
    through.abort();
    await beside;
  }
}

/** Most streams are through before the first of these is needed. */
async function pollBeside(course: Course, signal: AbortSignal): Promise<void> {
  try {
    await delay(limits.besideStreamMs, undefined, { signal });
    while (!signal.aborted) await take(course, await longPoll(course, limits.helloMs, signal));
  } catch {
    // What is wrong here is wrong with the stream too, or with the next try.
  }
}

async function longPoll(course: Course, holdMs: number, signal: AbortSignal): Promise<InboxAnswer> {
  const body = asked(course, holdMs);
  const timeoutMs = holdMs + limits.holdGraceMs;
  return await course.deps.client.call('bridgeInbox', { body, lane: 'inbox', timeoutMs, signal });
}

function asked({ deps: { epoch, sink } }: Course, holdMs: number): InboxRequest {
  return { epoch, after: sink.after(), watch: [...sink.watched()], seen: sink.seen(), waitSeconds: holdMs / 1000 };
}

async function take(course: Course, answer: InboxAnswer): Promise<void> {
  course.delayMs = answer.next.delayMs;
  course.taking = course.taking.catch(() => undefined).then(() => course.deps.sink.take(answer));
  await course.taking;
}
