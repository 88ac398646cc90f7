/** Parses untrusted JSON: strict UTF-8, limited depth, few and short keys, no duplicate keys, no `__proto__`. Takes linear time. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of bytes that must be UTF-8; throws `json-invalid` otherwise. */
export function parseUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new Problem('json-invalid', 'The bytes are not valid UTF-8.', {}, cause);
  }
}

/** The value of JSON text. Throws `json-invalid`, with a `pointer` if one field is the cause. */
export function parseStrictJson(text: string): unknown {
  if (text.trim() === '') throw new Problem('json-invalid', 'The body is empty.');
  checkStructure(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('json-invalid', cause instanceof Error ? cause.message : undefined, {}, cause);
  }
}

/** An open object (with `keys`) or array; `key` is its name in the pointer. */
interface Frame {
  readonly keys: Set<string> | undefined;
  key: string | number;
  expectsKey: boolean;
}

/** One pass over brackets and keys before the value is built. JSON.parse checks the syntax. */
function checkStructure(text: string): void {
  const frames: Frame[] = [];
  for (let at = 0; at < text.length; at++) {
    const frame = frames.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (frame?.expectsKey) noteKey(frames, frame, text.slice(at, end + 1));
        at = end;
        break;
      }
      case 0x7b:
      case 0x5b: {
        if (frames.length >= limits.jsonDepthMax)
          throw refusal(frames, `It is nested deeper than ${limits.jsonDepthMax}.`);
        const isObject = text.charCodeAt(at) === 0x7b;
        frames.push({ keys: isObject ? new Set() : undefined, key: 0, expectsKey: isObject });
        break;
      }
      case 0x7d:
      case 0x5d:
        frames.pop();
        break;
      case 0x2c:
        if (frame?.keys) frame.expectsKey = true;
        else if (typeof frame?.key === 'number') frame.key += 1;
        break;
    }
  }
}

/** Index of the closing quote, or of the last character if there is none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at += 1;
  }
  return text.length - 1;
}

const keyTooLong = `A field name has at most ${limits.jsonKeyLengthMax} characters.`;

/** Pointers are built only for refusals: building one per key would cost depth times length. */
function noteKey(frames: readonly Frame[], frame: Frame, quoted: string): void {
  // Every character may be written as an escape of six.
  if (quoted.length > 6 * limits.jsonKeyLengthMax + 2) throw refusal(frames, keyTooLong);
  const key = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  if (key.length > limits.jsonKeyLengthMax) throw refusal(frames, keyTooLong);
  frame.expectsKey = false;
  frame.key = key;
  if (key === '__proto__') throw refusal(frames, '"__proto__" is no field name here.');
  if (frame.keys?.has(key)) throw refusal(frames, `The field "${key}" is there twice.`);
  if (frame.keys?.size === limits.jsonKeysMax)
    throw refusal(frames, `An object has at most ${limits.jsonKeysMax} fields.`);
  frame.keys?.add(key);
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch (cause) {
    throw new Problem('json-invalid', 'A field name has an invalid escape.', {}, cause);
  }
}

function refusal(frames: readonly Frame[], why: string): Problem {
  return new Problem('json-invalid', why, { pointer: toPointer(frames.map(({ key }) => key)) });
}

/** An RFC 6901 pointer. */
export function toPointer(keys: readonly unknown[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
