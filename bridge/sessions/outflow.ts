/** What one channel has to say, part by part: at once while the line is free, gathered while a part is under way. Knows where the relay's copy stands, and goes on from there. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelStands } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { Chunk } from '../keeper/keeper.ts';
import { makePart, untilScreen } from './outflow-part.ts';
import { hear } from './outflow-stands.ts';
import {
  agedAt,
  ENTRIES_MAX,
  emptyState,
  type OutflowDeps,
  type Part,
  type Said,
  type State,
} from './outflow-state.ts';
import { ENTRY_UNITS_MAX, sizeOf, unseenOf } from './waiting-output.ts';

export interface Outflow {
  /** Output of the program; resolves when more may come. */
  chunk(chunk: Chunk): Promise<void> | undefined;
  /** Something beside the output. */
  say(said: Said): void;
  /** The last entry; the channel is closed behind it. */
  end(entry: object): void;
  /** Somebody reads it now, or nobody does. */
  watch(isWatched: boolean): void;
  /** A new epoch: it is not known where the relay's copy stands. */
  connected(): void;
  /** What is to go now; the same again until `stands` was called. */
  part(): Promise<Part | undefined>;
  stands(stands: ChannelStands): void;
  /** Resolves once the relay has begun the channel. */
  readonly begun: Promise<void>;
  /** Whether the relay has all of it. */
  readonly isClosed: boolean;
  readonly isWatched: boolean;
}

/** The outflow of a channel of which the relay may have something already. */
export function createOutflow(deps: OutflowDeps): Outflow {
  const isTerminal = deps.shoot !== undefined;
  const state = emptyState(deps);
  return {
    chunk: (chunk) => {
      state.position = chunk.position;
      return isTerminal ? takeScreened(state, chunk) : takeWhole(state, chunk);
    },
    say: (said) => {
      say(state, said);
      deps.ring();
    },
    end: (entry) => {
      state.last = entry;
      deps.ring();
    },
    watch: (isWatched) => {
      if (isWatched && !state.isWatched) deps.ring();
      state.isWatched = isWatched;
    },
    connected: () => {
      state.seq = undefined;
      state.notBefore = 0;
    },
    part: () => makePart(state),
    stands: (stands) => hear(state, stands),
    begun: state.begun.promise,
    get isClosed() {
      return state.isClosed;
    },
    get isWatched() {
      return state.isWatched;
    },
  };
}

function add(state: State, entry: object, bytes: number, upTo?: number): void {
  const place = { isOutput: upTo !== undefined, upTo: upTo ?? state.position };
  state.waiting.push({ entry, ...place, bytes, size: sizeOf(entry) });
  state.bytes += bytes;
}

/** Said once, however often it happens until the line is free: who floods a channel must not hold up what others do. */
function say(state: State, said: Said): void {
  const { waiting, owed } = state;
  if ('r' in said) {
    if ('r' in (waiting.at(-1)?.entry ?? {})) waiting.pop();
    add(state, said, 0);
    return;
  }
  const before = owed.findIndex((one) => ('late' in said ? 'late' in one : isSame(one, said)));
  const known = owed[before];
  if (known === undefined) {
    // Whoever types on is refused again, and hears of it then.
    if (owed.length < ENTRIES_MAX) owed.push(said);
  } else if ('late' in said && 'late' in known) owed[before] = { late: known.late + said.late };
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** In pieces that fit an entry, none of which ends within a character. */
function addOutput(state: State, { stream, text, bytes, position }: Chunk): void {
  const name = stream === 'out' ? 'o' : 'e';
  const isExact = Buffer.byteLength(text) === bytes.length;
  let left = bytes.length;
  for (let at = 0; at < text.length; ) {
    const end = at + ENTRY_UNITS_MAX;
    const isSplit = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff;
    const piece = text.slice(at, isSplit ? end - 1 : end);
    at += piece.length;
    // Of what is no UTF-8 nobody can say where a piece ends: the last one has all the bytes.
    const own = at === text.length ? left : isExact ? Buffer.byteLength(piece) : 0;
    left -= own;
    add(state, { [name]: piece }, own, position - left);
  }
}

/** Of a terminal nobody needs more than its screen: what nobody watches, and what is too much for the line, is skipped. */
function takeScreened(state: State, given: Chunk): Promise<void> | undefined {
  const { deps } = state;
  const unseen = unseenOf(given, state.carried);
  if (unseen === undefined) return undefined;
  const { bytes, skipped, ...chunk } = unseen;
  state.skipped += skipped;
  if (skipped > 0) state.isStale = true;
  const more = state.bytes + bytes.length;
  const isTooMuch = more > limits.outputPendingBytesMax || !state.budget.has(more);
  if (!state.isStale && state.isWatched && !isTooMuch) {
    addOutput(state, { bytes, skipped, ...chunk });
    deps.ring();
    return undefined;
  }
  state.skipped += bytes.length;
  state.isStale = true;
  const isWanted = state.isWatched || !state.isBegun;
  deps.ring(isWanted ? untilScreen(state) : Math.max(0, agedAt(state.shotAt) - deps.now()));
  state.passedBy += bytes.length;
  if (state.passedBy < PASSED_BY_BYTES) return undefined;
  state.passedBy = 0;
  return delay(PASSED_BY_MS, undefined, { ref: false });
}

/** Of what only a screen shows, so many bytes are taken in so many ms: moving the rest would only slow the program down. */
const PASSED_BY_BYTES = 64 * 1024;
const PASSED_BY_MS = 25;

/** All output of a run goes into its channel: the program waits for the line. Where that is away for long, the newest output stays, as at the relay. */
function takeWhole(state: State, chunk: Chunk): Promise<void> | undefined {
  const { waiting, deps, line } = state;
  const { skipped, position, bytes } = chunk;
  state.skipped += skipped;
  if (position === skipped + bytes.length) state.skippedFirst = skipped;
  addOutput(state, chunk);
  while (state.bytes > limits.runPendingBytesMax) {
    const oldest = waiting.shift();
    state.bytes -= oldest?.bytes ?? state.bytes;
    state.skipped += oldest?.bytes ?? 0;
  }
  const room = line.untilRoom();
  deps.ring(state.isWatched || room !== undefined ? 0 : limits.runGatherMs);
  return room;
}
