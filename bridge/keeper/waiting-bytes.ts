/** Bytes that wait for their turn, in one piece of memory: they come to its end and leave at its beginning. */

export interface WaitingBytes {
  readonly length: number;
  push(bytes: Uint8Array): void;
  /** The first ones, as they lie there: good until more is pushed. */
  first(length: number): Buffer;
  drop(length: number): void;
}

/** More than this is let go of when nothing waits. */
const keptBytes = 8 * 1024;

export function createWaitingBytes(): WaitingBytes {
  let memory: Buffer = Buffer.alloc(0);
  let start = 0;
  let end = 0;
  const makeRoom = (more: number) => {
    const length = end - start;
    // Moved to the beginning, or into more memory, so seldom that a byte is moved about once.
    const isWide = 2 * (length + more) <= memory.length;
    const to = isWide ? memory : Buffer.allocUnsafeSlow(Math.max(keptBytes, 2 * (length + more)));
    memory.copy(to, 0, start, end);
    memory = to;
    [start, end] = [0, length];
  };
  return {
    get length() {
      return end - start;
    },
    push: (bytes) => {
      if (end + bytes.length > memory.length) makeRoom(bytes.length);
      memory.set(bytes, end);
      end += bytes.length;
    },
    first: (length) => memory.subarray(start, Math.min(end, start + length)),
    drop: (length) => {
      start = Math.min(end, start + length);
      if (start < end) return;
      [start, end] = [0, 0];
      if (memory.length > keptBytes) memory = Buffer.alloc(0);
    },
  };
}
