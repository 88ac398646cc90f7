/** What an outflow knows, and what its files agree on. */
import type { ChannelPart } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { type Budget, createBudget } from './budget.ts';
import type { ChannelSeal } from './channel-seal.ts';
import { createLineWait, type LineWait } from './line-wait.ts';
import type { Waiting } from './waiting-output.ts';

/** A part without the name of its channel. */
export type Part = Omit<ChannelPart, 'channel'>;

/** The screen of a terminal as a snapshot, and the position of the output that it has. */
export interface Shot {
  readonly position: number;
  /** Gzip, as base64. */
  readonly snapshot: string;
}

export interface OutflowDeps {
  /** The relay has all of it already. */
  readonly isClosed?: boolean;
  /** Of a terminal; absent for a run, which has its output and no screen. */
  readonly shoot?: () => Promise<Shot>;
  /** Rings when a part may be ready; after `ms`, default at once. */
  readonly ring: (ms?: number) => void;
  readonly now: () => number;
  /** The relay does not know the record: it is to be told again. */
  readonly onUnknown?: () => void;
  /** Of a sealed channel. */
  readonly seal?: Pick<ChannelSeal, 'part'> | undefined;
}

/** `r`: another size, in its place among the output. The others are about inputs, and no screen shows them. */
export type Said =
  | { readonly r: readonly [cols: number, rows: number] }
  | { readonly refused: object }
  | { readonly typed: Readonly<Record<string, number>>; readonly open: readonly string[] }
  | { readonly late: number };

export interface State {
  readonly deps: OutflowDeps;
  /** Of a terminal. */
  readonly budget: Budget;
  /** Of a run. */
  readonly line: LineWait;
  /** Of the last part that the relay has; undefined where that is not known. */
  seq: number | undefined;
  /** The last one that was heard of. */
  heardSeq: number;
  sent: Part | undefined;
  waiting: Waiting[];
  /** About inputs: it goes in a part of its own, because a screen may stand in the place of any other. */
  owed: Said[];
  bytes: number;
  /** Where the output is. */
  position: number;
  /** Where the output is that a part has carried. */
  carried: number;
  /** Bytes of output that no part carries. */
  skipped: number;
  /** How many of these were before the first that came: the relay may have them of an earlier bridge. */
  skippedFirst: number;
  /** The entries do not say all that happened: the next part carries the screen. */
  isStale: boolean;
  /** A snapshot is wanted beside the entries. */
  isLong: boolean;
  isWatched: boolean;
  isBegun: boolean;
  readonly begun: PromiseWithResolvers<void>;
  isClosed: boolean;
  last: object | undefined;
  /** When the screen was taken last, in ms. */
  shotAt: number;
  /** Where the output was that the part before the last one carried. */
  carriedBefore: number;
  /** How often in a row the relay did not know the record. */
  unknowns: number;
  /** Bytes of output that only a screen will show, since the last pause. */
  passedBy: number;
  /** A part with a snapshot was refused: the next one goes without. */
  isBare: boolean;
  /** Not before then, in ms. */
  notBefore: number;
}

/** Of a channel of which nothing is known yet. */
export function emptyState(deps: OutflowDeps): State {
  const state: State = {
    ...{ deps, budget: createBudget(deps.now), isClosed: deps.isClosed ?? false, last: undefined },
    line: createLineWait(() => !state.isClosed && state.bytes > limits.runPendingBytesMax / 2),
    ...{ seq: undefined, heardSeq: 0, sent: undefined, waiting: [], owed: [], bytes: 0 },
    ...{ skipped: 0, skippedFirst: 0, passedBy: 0, position: 0, carried: 0, carriedBefore: 0 },
    ...{ shotAt: Number.NEGATIVE_INFINITY, notBefore: 0, unknowns: 0 },
    ...{ isStale: deps.shoot !== undefined, isLong: false, isBare: false, isWatched: false, isBegun: false },
    begun: Promise.withResolvers<void>(),
  };
  return state;
}

/** Entries of one part before neighbours are joined: with a hole and the end beside them the relay takes them. */
export const ENTRIES_MAX = limits.channelEntriesMax / 2;
/** Until a part that was refused is tried again, in ms. */
export const REFUSED_RETRY_MS = 1000;

/** When a screen that nobody watches is old. All of a machine are at the same moment, so that one request tells them. */
export function agedAt(shotAt: number): number {
  return (Math.floor(shotAt / limits.unwatchedMs) + 1) * limits.unwatchedMs;
}
