/** The output of a run in pieces that are text, where it is UTF-8. */
import { isUtf8 } from 'node:buffer';
import { limits } from '#contract/limits.ts';
import type { Sessions } from '../sessions/sessions.ts';

type Stream = 'out' | 'err';

export interface Piece {
  readonly bytes: Buffer;
  /** Whether some of it is left out. */
  readonly isCut: boolean;
}

/** One output of a run that has ended: all of it, or its beginning and its end with a line between them. `total` are all bytes that it wrote. */
export async function outputOf(
  sessions: Pick<Sessions, 'output'>,
  run: string,
  stream: Stream,
  total: number,
): Promise<Piece> {
  const { runResultHeadBytes: headMax, runResultTailBytes: tailMax } = limits;
  const read = async (from: number, most: number) =>
    Buffer.from((await sessions.output(run, stream, from, most)).bytes);
  if (total <= headMax + tailMax) return { bytes: await read(0, headMax + tailMax), isCut: false };
  const kept = await keptOf(sessions, run, stream, total);
  const head = withoutTorn(await read(0, headMax));
  const tail = fromCharacter(await read(Math.max(head.length, kept - tailMax), tailMax));
  const line = `\n[${total - head.length - tail.length} bytes are left out]\n`;
  return { bytes: Buffer.concat([head, Buffer.from(line), tail]), isCut: true };
}

/** How many bytes the machine has of an output: all, or as many as fitted. */
async function keptOf(sessions: Pick<Sessions, 'output'>, run: string, stream: Stream, total: number): Promise<number> {
  const has = async (at: number) => (await sessions.output(run, stream, at, 1)).bytes.length > 0;
  if (await has(total - 1)) return total;
  let [from, to] = [0, total - 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await has(middle)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Bytes without the first part of a character at their end. */
export function withoutTorn(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  const ends = [1, 2, 3].map((count) => bytes.subarray(0, -count));
  return ends.find((shorter) => isUtf8(shorter)) ?? bytes;
}

/** Bytes without the rest of a character at their beginning. */
function fromCharacter(bytes: Buffer): Buffer {
  const at = bytes.subarray(0, 4).findIndex((byte) => (byte & 0xc0) !== 0x80);
  return isUtf8(bytes) ? bytes : bytes.subarray(Math.max(at, 0));
}
