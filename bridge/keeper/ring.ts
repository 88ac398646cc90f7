/** The last output of a child, with positions that count from its start. Nothing is put in or given out that ends within a character. */
import { characterEnd } from './characters.ts';

export type Stream = 'out' | 'err';

interface Block {
  readonly stream: Stream;
  /** Position of its first byte. */
  readonly at: number;
  bytes: Buffer;
  length: number;
}

export interface RingPiece {
  /** After the piece. */
  readonly position: number;
  readonly stream: Stream;
  readonly bytes: Buffer;
  readonly skipped: number;
}

export interface Ring {
  /** Bytes that were ever appended. */
  readonly position: number;
  append(stream: Stream, bytes: Buffer): void;
  /** What follows a position, of one stream, at most `bytesMax` bytes; undefined where there is nothing yet. */
  read(after: number, bytesMax: number): RingPiece | undefined;
}

/** Small pieces of one stream share a block of up to this size. */
const blockBytes = 16 * 1024;
/** Memory of blocks that have left, for the next ones: a flood makes no garbage. */
const spareMax = 4;

/** A ring of `bytesMax` bytes. It also lets go of the oldest where streams alternate so often that blocks would cost more than what is in them. */
export function createRing(bytesMax: number): Ring {
  const blocksMax = Math.max(2, Math.ceil(bytesMax / 64));
  const blocks: Block[] = [];
  const spare: Buffer[] = [];
  let position = 0;
  const trim = () => {
    let gone = 0;
    while (
      blocks.length - gone > 1 &&
      (position - (blocks[gone + 1]?.at ?? 0) >= bytesMax || blocks.length - gone > blocksMax)
    )
      gone++;
    if (gone === 0) return;
    for (const { bytes } of blocks.splice(0, gone))
      if (bytes.length === blockBytes && spare.length < spareMax) spare.push(bytes);
  };
  const begin = (stream: Stream, bytes: Buffer) => {
    const memory = spare.pop();
    memory?.set(bytes);
    blocks.push({ stream, at: position, bytes: memory ?? Buffer.from(bytes), length: bytes.length });
  };
  const appendSmall = (stream: Stream, bytes: Buffer) => {
    const last = blocks.at(-1);
    if (last?.stream !== stream || last.length + bytes.length > blockBytes) {
      begin(stream, bytes);
      return;
    }
    if (last.bytes.length < last.length + bytes.length) {
      const wider = Buffer.allocUnsafeSlow(Math.min(blockBytes, 2 * (last.length + bytes.length)));
      last.bytes.copy(wider, 0, 0, last.length);
      last.bytes = wider;
    }
    bytes.copy(last.bytes, last.length);
    last.length += bytes.length;
  };
  return {
    get position() {
      return position;
    },
    append: (stream, bytes) => {
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + blockBytes);
        const piece = bytes.subarray(
          at,
          end === bytes.length ? end : at + characterEnd(bytes.subarray(at, end), end - at),
        );
        appendSmall(stream, piece);
        position += piece.length;
        at += piece.length;
        trim();
      }
    },
    read: (after, max) => readFrom(blocks, Math.min(after, position), max),
  };
}

/** Index of the first block that ends behind a position: there may be tens of thousands. */
function firstBehind(blocks: readonly Block[], after: number): number {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const block = blocks[middle];
    if (block !== undefined && block.at + block.length <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

function readFrom(blocks: readonly Block[], after: number, bytesMax: number): RingPiece | undefined {
  const block = blocks[firstBehind(blocks, after)];
  if (block === undefined) return undefined;
  const skipped = Math.max(0, block.at - after);
  const from = after + skipped - block.at;
  const end = Math.min(block.length, from + bytesMax);
  const whole =
    end === block.length ? end : from + (characterEnd(block.bytes.subarray(from, end), end - from) || end - from);
  // A copy: the block may be filled further, or used again.
  return {
    position: block.at + whole,
    stream: block.stream,
    bytes: Buffer.from(block.bytes.subarray(from, whole)),
    skipped,
  };
}
