/**
 * What is typed into a channel and waits to be sent, for app and command line: cut and joined into requests that the relay takes, in order. Without
 * schemas, since the app loads it.
 */
import type { Input } from './channel.ts';
import { limits } from './limits.ts';
import { sayNotTyped } from './not-typed.ts';

export interface TypedInputs {
  /** Takes an input that was typed at `at`; else it is said why not. */
  add(input: Input, at: number): string | undefined;
  /** Takes back, in front of the others, what was taken and has not arrived. */
  again(inputs: readonly TypedInput[]): void;
  /** Takes what goes with the next request. */
  next(): Batch | undefined;
  /** Forgets what waits. */
  clear(): void;
}

/** `at`: when it was typed. */
export interface TypedInput {
  readonly input: Input;
  readonly at: number;
}

export interface Batch {
  readonly inputs: Input[];
  /** When the first of it was typed. */
  readonly at: number;
  /** It begins in the midst of a text, whose beginning has gone. */
  readonly isRest: boolean;
}

/** Why what was typed is lost, in words. */
export function sayLost(why: string, { isRest }: Pick<Batch, 'isRest'>): string {
  return isRest ? `${why} Only the beginning of what was pasted is typed.` : why;
}

/** What a refusal asks of who types. With `seq`: the same again, numbered so, because the relay's store was put back. `later`: the machine, or its record, is back in a moment. Undefined: it is not typed. */
export function afterRefusal(
  { code, expected }: { readonly code: string; readonly expected?: unknown },
  seq: number,
): { readonly seq: number } | 'later' | undefined {
  if (code === 'gap' && typeof expected === 'number' && expected < seq) return { seq: expected };
  return code === 'machine-unavailable' || code === 'channel-unknown' || code === 'record-unknown'
    ? 'later'
    : undefined;
}

/** Something that was typed before must be typed again first, so this was not sealed. */
export class AgainFirst extends Error {
  override readonly name = 'AgainFirst';
}

/** Something that was typed before was lost, so this was not sealed. The message says so to people. */
export class BehindLost extends Error {
  override readonly name = 'BehindLost';
}

/** What a batch had, to take it back. */
export function inputsOf({ inputs, at }: Batch): readonly TypedInput[] {
  return inputs.map((input) => ({ input, at }));
}

/** Why something was not sealed; undefined for another error. */
export function whyNotSealed(error: unknown): 'again' | (string & {}) | undefined {
  if (error instanceof AgainFirst) return 'again';
  return error instanceof BehindLost ? error.message : undefined;
}

/** What goes next: first of all what a bridge that has ended was given and has not typed. If that was typed before `since`, `onLost` hears that it is lost. */
export function nextTyped(
  typed: TypedInputs,
  sealed: { again(): readonly TypedInput[] } | undefined,
  since: number,
  onLost: (why: string) => void,
): Batch | undefined {
  const again = sealed?.again() ?? [];
  const [first] = again;
  if (first !== undefined && first.at < since) onLost(sayNotTyped('unknown'));
  else typed.again(again);
  return typed.next();
}

interface Piece {
  readonly input: Input;
  readonly bytes: number;
  readonly at: number;
  readonly isRest: boolean;
}

/** Bytes of the inputs of one request as JSON: sealed they are a third longer. */
const batchBytesMax = 0.7 * limits.inputBytesMax;
/** What is around an input, sealed. */
const aroundBytes = 200;

export function createTypedInputs(): TypedInputs {
  let waiting: Piece[] = [];
  return {
    add: (input, at) => {
      const pieces = cut(input).map((piece, index) => ({ ...piece, at, isRest: index > 0 }));
      const bytes = (of: readonly Piece[]) => of.reduce((sum, piece) => sum + piece.bytes, 0);
      if (bytes(waiting) + bytes(pieces) > limits.inputsWaitingBytesMax)
        return `Not typed: ${limits.inputsWaitingBytesMax / 1024} KiB are the most that wait to be typed. Put it into a file.`;
      waiting.push(...pieces);
      return undefined;
    },
    again: (inputs) => {
      waiting.unshift(
        ...inputs.flatMap(({ input, at }) => cut(input).map((piece) => ({ ...piece, at, isRest: false }))),
      );
    },
    next: () => {
      const [first] = waiting;
      if (first === undefined) return undefined;
      let bytes = 0;
      const end = waiting.slice(0, limits.inputsPerPostMax).findIndex((piece) => {
        bytes += piece.bytes;
        return bytes > batchBytesMax;
      });
      const taken = waiting.splice(0, end === -1 ? limits.inputsPerPostMax : Math.max(1, end));
      return { inputs: joined(taken.map(({ input }) => input)), at: first.at, isRest: first.isRest };
    },
    clear: () => {
      waiting = [];
    },
  };
}

/** In pieces of which each goes into one request; no character is cut in two. */
function cut(input: Input): readonly Pick<Piece, 'input' | 'bytes'>[] {
  if (typeof input !== 'string') return [{ input, bytes: JSON.stringify(input).length + aroundBytes }];
  const pieces: Pick<Piece, 'input' | 'bytes'>[] = [];
  let [from, bytes] = [0, aroundBytes];
  for (let at = 0; at < input.length; at += 1) {
    const more = jsonBytes(input.charCodeAt(at));
    if (bytes + more > batchBytesMax) {
      const end = isLow(input.charCodeAt(at)) ? at - 1 : at;
      pieces.push({ input: input.slice(from, end), bytes });
      [from, bytes] = [end, aroundBytes + (at - end) * more];
    }
    bytes += more;
  }
  return [...pieces, { input: input.slice(from), bytes }];
}

/** At most, of a UTF-16 unit within a JSON text. */
function jsonBytes(unit: number): number {
  if (unit < 0x20 || isSurrogate(unit)) return 6;
  if (unit < 0x80) return unit === 0x22 || unit === 0x5c ? 2 : 1;
  return unit < 0x800 ? 2 : 3;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** The second half of a character. */
function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Neighbouring texts become one: the relay counts inputs. */
function joined(inputs: readonly Input[]): Input[] {
  const all: Input[] = [];
  for (const input of inputs) {
    const last = all.at(-1);
    if (typeof input === 'string' && typeof last === 'string') all[all.length - 1] = last + input;
    else all.push(input);
  }
  return all;
}
