/** Where a piece of UTF-8 may be cut. */

/** The largest end, not above `end`, at which no character is cut; `end` itself where the bytes are no UTF-8. */
export function characterEnd(bytes: Uint8Array, end: number): number {
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back && byte < 0xf8 ? end - back : end;
  }
  return end;
}

/** Holds back a character that has come in part, at most 3 bytes. */
export function holdCharacters(): { push(bytes: Buffer): Buffer; rest(): Buffer } {
  let held = nothing;
  return {
    push: (bytes) => {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const end = characterEnd(all, all.length);
      held = end === all.length ? nothing : Buffer.from(all.subarray(end));
      return end === all.length ? all : all.subarray(0, end);
    },
    rest: () => {
      const rest = held;
      held = nothing;
      return rest;
    },
  };
}

const nothing: Buffer = Buffer.alloc(0);
