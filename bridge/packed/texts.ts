/** A column of texts, in one block of bytes: as strings of V8, hundreds of thousands of short ones take two to three times as much. */
import { roomFor } from './chains.ts';

export interface Texts {
  at(row: number): string | undefined;
  set(row: number, text: string | undefined): void;
}

/** So many bytes that no row uses any more are not worth a copy of the others. */
const unusedBytesMin = 64 * 1024;

/** No texts. */
export function createTexts(): Texts {
  let bytes = new Uint8Array();
  let used = 0;
  let unused = 0;
  let starts = new Uint32Array();
  // In bytes, and one more, so that a row without a text has 0; negative where a letter takes two bytes.
  let lengths = new Int32Array();
  const lengthAt = (row: number) => Math.max(0, Math.abs(lengths[row] ?? 0) - 1);
  const append = (row: number, encoded: Uint8Array) => {
    bytes = roomFor(bytes, used + encoded.length);
    bytes.set(encoded, used);
    starts[row] = used;
    used += encoded.length;
  };
  /** Leaves out what no row uses. */
  const pack = () => {
    const before = bytes;
    bytes = new Uint8Array(used - unused);
    [used, unused] = [0, 0];
    for (const row of lengths.keys()) {
      const start = starts[row] ?? 0;
      append(row, before.subarray(start, start + lengthAt(row)));
    }
  };
  return {
    at: (row) => {
      const length = lengths[row] ?? 0;
      if (length === 0) return undefined;
      return Buffer.from(bytes.buffer, starts[row], lengthAt(row)).toString(encodingOf(length < 0));
    },
    set: (row, text) => {
      starts = roomFor(starts, row);
      lengths = roomFor(lengths, row);
      unused += lengthAt(row);
      lengths[row] = 0;
      if (text !== undefined) {
        const isWide = /[^\0-\xff]/.test(text);
        const encoded = Buffer.from(text, encodingOf(isWide));
        append(row, encoded);
        lengths[row] = isWide ? -(encoded.length + 1) : encoded.length + 1;
      }
      if (unused > Math.max(unusedBytesMin, used / 2)) pack();
    },
  };
}

/** Neither loses half of a surrogate pair, at which a title may be cut. */
function encodingOf(isWide: boolean): 'latin1' | 'utf16le' {
  return isWide ? 'utf16le' : 'latin1';
}
