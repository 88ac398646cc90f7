/** Keeps hearing events until its signal aborts, on whatever rung of the ladder the network lets through. The one place of the app that catches interruptions of hearing. */
import type { QueryOf } from '#contract/call-types.ts';
import type { Event } from '#contract/event.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type Api, Interruption } from '../api.ts';
import type { Rung } from './app-state.ts';
import { readEvents } from './events.ts';
import { backoffMs, currentLadder, type Ladder, nextLadder, type Outcome, topOfLadder, type Way } from './ladder.ts';
import { asEvent } from './parse.ts';
import { pause, withInner } from './pause.ts';

/** A position in the stream, and the store it is a position in. */
export interface Place {
  readonly offset: string;
  readonly handle: string;
}

/** Who hears. `events` and `reset` may take their time: the stream waits, so that nothing overtakes them. */
export interface StreamSink {
  place(): Place;
  events(events: readonly Event[], place: Place): Promise<void>;
  /** Everything has to be read anew, then on from `place`. */
  reset(place: Place): Promise<void>;
  hello(place: Place, minApp: string | undefined): void;
  /** The relay was heard. */
  heard(): void;
  rung(rung: Rung): void;
}

/** `wake`: look now, what was open may be dead; `network`: it may be another one, try the ladder from the top. */
export type Poke = 'wake' | 'network';

/** The running stream's ear for pokes. */
export interface Pokes {
  poke(poke: Poke): void;
  /** Called at each poke, until the returned function is. */
  listen(heard: (poke: Poke) => void): () => void;
}

/** Passes pokes on. */
export function createPokes(): Pokes {
  const listeners = new Set<(poke: Poke) => void>();
  return {
    poke: (poke) => {
      for (const listener of listeners) listener(poke);
    },
    listen(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
  };
}

/** Where a verdict on the network is kept beyond a reload. */
export interface LadderKept {
  read(): Ladder | undefined;
  write(ladder: Ladder): void;
}

/** Hears until `signal` aborts. Never throws. */
export async function runStream(
  api: Api,
  sink: StreamSink,
  pokes: Pokes,
  kept: LadderKept,
  signal: AbortSignal,
): Promise<void> {
  let ladder = kept.read() ?? topOfLadder;
  let failures = 0;
  /** How the last try ended: counts only once a plain read has shown that the relay can be reached. */
  let outcome: Outcome | undefined;
  const judge = () => {
    const next = outcome === undefined ? ladder : nextLadder(ladder, outcome, Date.now());
    outcome = undefined;
    if (next.way !== ladder.way) kept.write(next);
    ladder = currentLadder(next, Date.now());
  };

  while (!signal.aborted)
    await withInner(signal, async (turn) => {
      const deaf = pokes.listen((poke) => {
        if (poke === 'network') {
          ladder = topOfLadder;
          kept.write(ladder);
        }
        outcome = undefined;
        failures = 0;
        turn.abort();
      });
      try {
        const looksFirst = !goesOn(outcome);
        if (looksFirst) await catchUp(api, sink, turn.signal);
        judge();
        if (looksFirst && ladder.way === 'events') sink.rung('connecting');
        if (ladder.quickCloses > 0) await pause(backoffMs(ladder.quickCloses, 0, Math.random()), turn.signal);
        outcome = await tries[ladder.way](api, sink, ladder, turn.signal);
        failures = 0;
      } catch (error) {
        if (turn.signal.aborted) return;
        failures += 1;
        sink.rung('offline');
        await pause(backoffMs(failures, retryAfterMs(error), Math.random()), turn.signal);
      } finally {
        deaf();
      }
    });
}

/** Whether the next try needs no look first: the last one ended as it should. */
function goesOn(outcome: Outcome | undefined): boolean {
  return outcome?.type === 'recycled' || outcome?.type === 'held';
}

function retryAfterMs(error: unknown): number {
  return error instanceof Interruption ? error.retryAfterMs : 0;
}

const tries: Readonly<
  Record<Way, (api: Api, sink: StreamSink, ladder: Ladder, signal: AbortSignal) => Promise<Outcome>>
> = {
  events: (api, sink, _ladder, signal) => readEvents(api, sink, signal),
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

/** One read from the sink's place; whether it reached the end. Waits for something to happen for `holdMs`. */
async function read(api: Api, sink: StreamSink, signal: AbortSignal, holdMs: number): Promise<boolean> {
  const held = holdMs > 0 ? { live: 'long-poll' as const, wait: (holdMs / 1000).toFixed(1) } : {};
  const page = await tryRead(api, sink, signal, held, holdMs);
  if (page === undefined) return false;
  sink.heard();
  const place = { offset: page.offset, handle: page.handle };
  if (page.reset === true) await sink.reset(place);
  else
    await sink.events(
      page.items.map(asEvent).filter((event) => event !== undefined),
      place,
    );
  return page.upToDate;
}

/** A place that the relay cannot read is one to leave: undefined then. */
async function tryRead(api: Api, sink: StreamSink, signal: AbortSignal, held: QueryOf<'stream'>, holdMs: number) {
  const timeoutMs = holdMs === 0 ? limits.answerMs : holdMs + limits.holdGraceMs;
  try {
    return await api.call('stream', { query: { ...sink.place(), ...held }, signal, timeoutMs });
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'offset-invalid') throw error;
    const { offset, handle } = await api.call('stream', { query: { offset: 'now' }, signal });
    await sink.reset({ offset, handle });
    return undefined;
  }
}
