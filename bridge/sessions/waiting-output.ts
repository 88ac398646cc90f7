/** What of a channel waits for the line: entries with the place of their output, cut and joined without a character lost. */
import { limits } from '#contract/limits.ts';
import type { Chunk } from '../keeper/keeper.ts';

/** Something that waits: an entry, the position of the output after it, and its bytes. */
export interface Waiting {
  readonly entry: object;
  readonly isOutput: boolean;
  readonly upTo: number;
  readonly bytes: number;
  /** Bytes of the entry as JSON. */
  readonly size: number;
}

/** UTF-16 units; a unit takes up to six bytes of JSON, and sealed a third more. */
export const ENTRY_UNITS_MAX = Math.floor(limits.channelEntryBytesMax / 9);

/** What the screen that was sent last does not have of a chunk: while much comes, the screen is ahead. */
export function unseenOf(chunk: Chunk, carried: number): Chunk | undefined {
  const { bytes, position } = chunk;
  const seen = carried - (position - bytes.length);
  if (seen >= bytes.length && position <= carried) return undefined;
  if (seen <= 0) return chunk;
  const rest = bytes.subarray(seen);
  return { ...chunk, bytes: rest, text: Buffer.from(rest).toString(), skipped: 0 };
}

export function sizeOf(entry: object): number {
  return Buffer.byteLength(JSON.stringify(entry));
}

/** The rest of a piece of output whose beginning the relay has. */
export function withoutSeen(one: Waiting, upTo: number): Waiting {
  const seen = upTo - (one.upTo - one.bytes);
  const [[name, text] = ['', '']] = Object.entries(one.entry as Readonly<Record<string, string>>);
  if (!one.isOutput || seen <= 0 || seen >= one.bytes || Buffer.byteLength(text) !== one.bytes) return one;
  const entry = { [name]: Buffer.from(text).subarray(seen).toString() };
  return { ...one, entry, bytes: one.bytes - seen, size: sizeOf(entry) };
}

/** Neighbouring pieces of one stream as one entry, as long as it is no large one. */
export function joined(entries: readonly object[]): readonly object[] {
  const all: Record<string, string>[] = [];
  for (const entry of entries as readonly Record<string, string>[]) {
    const before = all.at(-1);
    const [name = ''] = Object.keys(entry);
    const isText = name === 'o' || name === 'e';
    const fits = (before?.[name]?.length ?? 0) + (entry[name]?.length ?? 0) < ENTRY_UNITS_MAX;
    if (isText && before?.[name] !== undefined && fits) before[name] += entry[name];
    else all.push({ ...entry });
  }
  return all;
}
