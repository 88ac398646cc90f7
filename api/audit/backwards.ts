/** A log read from its end, and the order of the entries of several logs. */
import { Problem } from '#contract/problems.ts';
import type { Entry as LogEntry, Store } from '../store/store.ts';
import type { Chain } from './chains.ts';
import { ENTRIES_PER_READ, type Entry, parseEntry } from './entries.ts';

/** An entry with its text. One that cannot be read has but its time, by which it was committed. */
export interface Line {
  readonly entry: Entry | undefined;
  readonly text: string;
  readonly at: TimePoint;
}

/** A point in the order of all entries: by time, then by log, then by number. */
export interface TimePoint {
  readonly atMs: number;
  readonly chain: string;
  readonly seq: number;
}

/** `newest` stays until it is taken. */
export interface Backwards {
  newest(): Promise<Line | undefined>;
  take(): void;
}

const FIRST_READ = 8;

/** Opens a log at the last entry before a point. */
export async function openBackwards(store: Store, chain: Chain, before: TimePoint | undefined): Promise<Backwards> {
  const { shard, log } = chain;
  const { first, last } = await store.log(shard, log);
  const read = async (after: number, limit: number): Promise<Line[]> =>
    (await store.entries(shard, log, after, limit)).entries.map((entry) => parseLine(chain, entry));
  let unread = before === undefined ? last : await lastBefore(read, first, last, before);
  let window: Line[] = [];
  // Most logs give one page little; one that gives much is read in larger pieces.
  let size = FIRST_READ;
  let newest: Line | undefined;
  return {
    newest: async () => {
      if (newest !== undefined) return newest;
      if (window.length === 0 && unread >= first) {
        const from = Math.max(first - 1, unread - size);
        window = await read(from, unread - from);
        unread = from;
        size = Math.min(2 * size, ENTRIES_PER_READ);
      }
      newest = window.pop();
      return newest;
    },
    take: () => {
      newest = undefined;
    },
  };
}

/** The position of the last entry before a point: entries are in the order of time, so half of what is left is out at each look. */
async function lastBefore(
  read: (after: number, limit: number) => Promise<readonly Line[]>,
  first: number,
  last: number,
  before: TimePoint,
): Promise<number> {
  let low = first - 1;
  let high = last;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [line] = await read(middle - 1, 1);
    if (line !== undefined && compareTime(line.at, before) < 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

function parseLine({ chain }: Chain, { value, position, at }: LogEntry): Line {
  const entry = parseEntry(value);
  if (entry === undefined) return { entry, text: value, at: { atMs: at, chain, seq: position } };
  return { entry, text: value, at: { atMs: Date.parse(entry.at), chain: entry.log, seq: entry.seq } };
}

/** The newest line of all logs, taken from its own. */
export async function takeNewest(readers: readonly Backwards[]): Promise<Line | undefined> {
  const lines = await Promise.all(readers.map((reader) => reader.newest()));
  let found = -1;
  for (const [index, line] of lines.entries()) {
    const best = lines[found];
    if (line !== undefined && (best === undefined || compareTime(line.at, best.at) > 0)) found = index;
  }
  readers[found]?.take();
  return lines[found];
}

export function compareTime(a: TimePoint, b: TimePoint): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.seq - b.seq;
}

export function formatTime({ atMs, chain, seq }: TimePoint): string {
  return `${atMs} ${chain} ${seq}`;
}

/** Throws Problem `parameter-invalid` for what `formatTime` has not made. */
export function parseTime(text: string | undefined): TimePoint | undefined {
  if (text === undefined) return undefined;
  const [, atMs, chain = '', seq] = /^(\d{1,16}) (\S+) (\d{1,12})$/.exec(text) ?? [];
  if (atMs === undefined)
    throw new Problem('parameter-invalid', '`after` is taken from `next` of the page before', { pointer: '/after' });
  return { atMs: Number(atMs), chain, seq: Number(seq) };
}
