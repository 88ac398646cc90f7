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

/** One output of a run that has ended: all of it, or its beginning and its end with a line between them that says how much is left out. `total` are all bytes that it wrote. */
export async function outputOf(
  sessions: Pick<Sessions, 'output'>,
  run: string,
  stream: Stream,
  total: number,
): Promise<Piece> {
  if (total === 0) return { bytes: none, isCut: false };
  const { runResultHeadBytes: headMax, runResultTailBytes: tailMax } = limits;
  const read = async (from: number) => Buffer.from((await sessions.output(run, stream, from, headMax + tailMax)).bytes);
  const first = await read(0);
  if (first.length === total) return { bytes: first, isCut: false };
  const head = withoutTorn(first.subarray(0, headMax));
  const tail = total <= headMax + tailMax ? none : fromCharacter(await read(Math.max(head.length, total - tailMax)));
  // A disk that was full has no end of it.
  const shown = tail.length === 0 ? withoutTorn(first) : head;
  const line = `\n[${total - shown.length - tail.length} bytes are left out]\n`;
  return { bytes: Buffer.concat([shown, Buffer.from(line), tail]), isCut: true };
}

const none = Buffer.alloc(0);

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
