/** Finds rows of a table by a hash of what is in them: a hash table of numbers alone, 8 to 12 bytes a row. */

/** No row. */
export const none = -1;

export interface Chains {
  add(row: number): void;
  /** Call it while the row still has the hash with which it was added. */
  remove(row: number): void;
  /** The first row that may have this hash, then the next after it; `none` at the end. */
  first(hash: number): number;
  next(row: number): number;
}

/** Empty; `hashOf` says the hash of a row that was added. */
export function createChains(hashOf: (row: number) => number): Chains {
  let heads = emptied(16);
  let after = emptied(16);
  let size = 0;
  const slotOf = (hash: number) => (Math.imul(hash, 0x9e3779b1) >>> 0) & (heads.length - 1);
  const link = (row: number) => {
    const slot = slotOf(hashOf(row));
    after[row] = heads[slot] ?? none;
    heads[slot] = row;
  };
  const widen = () => {
    const before = heads;
    heads = emptied(2 * before.length);
    for (const head of before)
      for (let row = head, next = none; row !== none; row = next) {
        next = after[row] ?? none;
        link(row);
      }
  };
  return {
    first: (hash) => heads[slotOf(hash)] ?? none,
    next: (row) => after[row] ?? none,
    add: (row) => {
      if (size >= heads.length) widen();
      if (row >= after.length) after = grown(after, row, none);
      size += 1;
      link(row);
    },
    remove: (row) => {
      const slot = slotOf(hashOf(row));
      size -= 1;
      if (heads[slot] === row) {
        heads[slot] = after[row] ?? none;
        return;
      }
      for (let each = heads[slot] ?? none; each !== none; each = after[each] ?? none)
        if (after[each] === row) {
          after[each] = after[row] ?? none;
          return;
        }
    },
  };
}

function emptied(length: number): Int32Array {
  return new Int32Array(length).fill(none);
}

/** A copy with room for a row and some more, filled with `filling`. */
function grown(column: Int32Array, row: number, filling: number): Int32Array {
  const wider = roomFor(column, row);
  return wider.fill(filling, column.length);
}

/** A column with room for a row: the same, or a copy with half as much again. What is not used of it costs no memory. */
export function roomFor<Column extends Int32Array | Uint32Array | Uint16Array | Uint8Array | Float64Array>(
  column: Column,
  row: number,
  width = 1,
): Column {
  const length = (row + 1) * width;
  if (length <= column.length) return column;
  const wider = new (column.constructor as new (length: number) => Column)(width * Math.ceil((1.5 * length) / width));
  wider.set(column);
  return wider;
}
