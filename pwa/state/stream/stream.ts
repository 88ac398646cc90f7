/** Follows events until its signal aborts, on the highest rung of the ladder that the network allows. Only this file catches interruptions of the stream. */

import type { StreamPage } from '#contract/feed.ts';
import {
  backoffMs,
  currentLadder,
  type Ladder,
  nextLadder,
  type Outcome,
  topOfLadder,
  type Way,
} from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../../api.ts';
import { readEvents } from './events.ts';
import { asBlock } from './parse.ts';
import { pause, withInner } from './pause.ts';
import type { Poke, Pokes } from './pokes.ts';
import type { StreamSink } from './stream-sink.ts';

/** Stores the ladder beyond a reload. */
export interface LadderKept {
  read(): Ladder | undefined;
  write(ladder: Ladder): void;
}

/** The state of one run of the stream. */
interface Course {
  readonly api: Api;
  readonly sink: StreamSink;
  readonly kept: LadderKept;
  ladder: Ladder;
  failures: number;
  /** How the last try ended. It counts only once a plain read has shown that the relay can be reached. */
  outcome: Outcome | undefined;
}

/** Follows events until `signal` aborts. Never throws. */
export async function runStream(
  api: Api,
  sink: StreamSink,
  pokes: Pokes,
  kept: LadderKept,
  signal: AbortSignal,
): Promise<void> {
  const course: Course = { api, sink, kept, ladder: kept.read() ?? topOfLadder, failures: 0, outcome: undefined };
  while (!signal.aborted)
    await withInner(signal, async (turn) => {
      const deaf = pokes.listen((poke) => {
        take(course, poke);
        turn.abort();
      });
      try {
        await runTurn(course, turn.signal);
      } catch (error) {
        if (turn.signal.aborted) return;
        course.failures += 1;
        if (sink.refused(error) && course.failures === 1) return;
        sink.rung('offline');
        await pause(backoffMs(course.failures, retryAfterMs(error), Math.random()), turn.signal);
      } finally {
        deaf();
      }
    });
}

function take(course: Course, poke: Poke): void {
  if (poke === 'follow') {
    course.outcome = { type: 'recycled' };
    return;
  }
  if (poke === 'network') {
    course.ladder = topOfLadder;
    course.kept.write(course.ladder);
  }
  course.outcome = undefined;
  course.failures = 0;
}

/** One try, from preparing the feeds to how it ended. */
async function runTurn(course: Course, signal: AbortSignal): Promise<void> {
  const { api, sink } = course;
  const looksFirst = !goesOn(course.outcome);
  await sink.prepare(signal);
  if (looksFirst) await catchUp(api, sink, signal);
  judge(course);
  if (looksFirst && course.ladder.way === 'events') sink.rung('connecting');
  if (course.ladder.quickCloses > 0) await pause(backoffMs(course.ladder.quickCloses, 0, Math.random()), signal);
  course.outcome = await tries[course.ladder.way](api, sink, course.ladder, signal);
  course.failures = 0;
}

/** Updates the ladder from the last try. */
function judge(course: Course): void {
  const { kept, ladder, outcome } = course;
  const next = outcome === undefined ? ladder : nextLadder(ladder, outcome, Date.now());
  course.outcome = undefined;
  if (next.way !== ladder.way) kept.write(next);
  course.ladder = currentLadder(next, Date.now());
}

/** Whether the last try ended normally, so that the next one needs no plain read first. */
function goesOn(outcome: Outcome | undefined): boolean {
  return outcome?.type === 'recycled' || outcome?.type === 'held';
}

function retryAfterMs(error: unknown): number {
  return error instanceof Interruption ? error.retryAfterMs : 0;
}

const tries: Readonly<
  Record<Way, (api: Api, sink: StreamSink, ladder: Ladder, signal: AbortSignal) => Promise<Outcome>>
> = {
  events: (api, sink, _ladder, signal) =>
    readEvents(api, sink, async (turn) => !isEmpty(await ask(api, sink, turn, limits.holdMs)), signal),
  'long-poll': longPoll,
  'short-poll': async (_api, sink, _ladder, signal) => {
    sink.rung('short-polling');
    await pause(limits.shortPollMs, signal);
    return { type: 'waited' };
  },
};

async function longPoll(api: Api, sink: StreamSink, { holdMs }: Ladder, signal: AbortSignal): Promise<Outcome> {
  sink.rung('polling');
  const startedAt = performance.now();
  try {
    await read(api, sink, signal, holdMs);
    return { type: 'held' };
  } catch (error) {
    if (signal.aborted || !(error instanceof Interruption) || error.retryAfterMs > 0) throw error;
    return { type: 'cut', lastedMs: performance.now() - startedAt };
  }
}

/** Reads what has happened since, without waiting. */
async function catchUp(api: Api, sink: StreamSink, signal: AbortSignal): Promise<void> {
  while (!(await read(api, sink, signal, 0)));
}

/** One read from the sink's offsets; waits for events for at most `holdMs`. Resolves to whether there is nothing more to read. */
async function read(api: Api, sink: StreamSink, signal: AbortSignal, holdMs: number): Promise<boolean> {
  const page = await ask(api, sink, signal, holdMs);
  // The feeds to follow may be others since.
  signal.throwIfAborted();
  sink.heard();
  const blocks = page.events.flatMap((event) =>
    'entry' in event ? [] : (asBlock(event.feed, event.offset, event.data) ?? []),
  );
  for (const snapshot of page.snapshots ?? []) sink.channel({ ...snapshot, type: 'snapshot' });
  for (const { feed, offset, entry } of page.events)
    if (entry !== undefined) sink.channel({ type: 'entry', feed, offset, entry });
  if (blocks.length > 0) sink.blocks(blocks);
  sink.offsets(page.offsets);
  for (const { feed } of page.resets ?? []) await sink.reset(feed, signal);
  for (const feed of page.gone ?? []) sink.gone(feed);
  return isEmpty(page);
}

async function ask(api: Api, sink: StreamSink, signal: AbortSignal, holdMs: number): Promise<StreamPage> {
  const timeoutMs = holdMs === 0 ? limits.answerMs : holdMs + limits.holdGraceMs;
  const body = { ...sink.place(), live: 'long-poll' as const, wait: holdMs / 1000 };
  return await api.call('stream', { body, signal, timeoutMs });
}

/** Whether nothing has happened. */
function isEmpty({ events, resets = [] }: StreamPage): boolean {
  return events.length === 0 && resets.length === 0;
}
