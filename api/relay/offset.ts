/** Offsets: opaque to readers, here the handle of the store and, of each log, its generation and the position of the last entry read. */
import * as v from 'valibot';
import { Problem } from '#contract/problems.ts';

/** A place in one log; before its first entry it is `{ generation: '', position: 0 }`. */
export interface Place {
  readonly generation: string;
  readonly position: number;
}

/** A place in every log of a reader, by shard. */
export type Cursor = ReadonlyMap<string, Place>;

const Encoded = v.strictObject({
  h: v.string(),
  l: v.array(v.strictTuple([v.string(), v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(0))])),
});

/** The offset of a cursor. */
export function encodeOffset(handle: string, cursor: Cursor): string {
  const places = [...cursor].map(([shard, { generation, position }]) => [shard, generation, position]);
  return Buffer.from(JSON.stringify({ h: handle, l: places })).toString('base64url');
}

/** What an offset says. Throws Problem `offset-invalid` where it is none of ours by its form. */
export function decodeOffset(offset: string): { readonly handle: string; readonly cursor: Cursor } {
  const { h, l } = parse(offset);
  return { handle: h, cursor: new Map(l.map(([shard, generation, position]) => [shard, { generation, position }])) };
}

function parse(offset: string): v.InferOutput<typeof Encoded> {
  try {
    return v.parse(Encoded, JSON.parse(Buffer.from(offset, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new Problem('offset-invalid', undefined, {}, cause);
  }
}
