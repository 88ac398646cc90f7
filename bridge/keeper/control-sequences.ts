/** Cuts the text of a program into plain text and control sequences, also where a sequence comes in several pieces (ECMA-48, as xterm.js parses it). */
import { isAscii } from 'node:buffer';

export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'csi';
      readonly prefix: string;
      readonly params: string;
      readonly middle: string;
      readonly final: string;
    }
  | { readonly kind: 'escape'; readonly text: string }
  | { readonly kind: 'osc'; readonly text: string }
  /** DCS, APC, PM and SOS, by the letter that begins them. */
  | { readonly kind: 'string'; readonly opener: string; readonly text: string };

/** A longer string is given as empty: nobody draws a picture in a title. */
const stringLengthMax = 8 * 1024;
/** A longer CSI or escape sequence is dropped. */
const sequenceLengthMax = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
const special = /[\x05\x1b\x80-\x9f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const endOfString = /[\x07\x18\x1a\x1b\x9c]/g;
const csiForm = /^([<-?]*)([0-9;:]*)([ -/]*)$/;

type State =
  | { readonly in: 'ground' }
  | { readonly in: 'escape' | 'csi'; text: string }
  | { readonly in: 'osc' | 'string'; readonly opener: string; text: string; isTooLong: boolean };

const stringOpeners: Readonly<Record<string, 'osc' | 'string'>> = {
  ']': 'osc',
  P: 'string',
  X: 'string',
  '^': 'string',
  _: 'string',
};

export interface Tokenizer {
  /** The tokens of the next piece. */
  cut(text: string): readonly Token[];
  /** Whether the end of the last piece was within a sequence. */
  readonly isWithin: boolean;
}

/** A tokenizer of one program's output. ENQ is left out, and 8-bit controls become their 7-bit form. */
export function createTokenizer(): Tokenizer {
  let state: State = { in: 'ground' };
  return {
    cut: (text) => {
      const tokens: Token[] = [];
      let at = 0;
      while (at < text.length) [state, at] = step(state, text, at, tokens);
      return tokens;
    },
    get isWithin() {
      return state.in !== 'ground';
    },
  };
}

/** Whether all of it is one piece of text, where no sequence has begun before it. Only the letters of ASCII are looked at. */
export function isPlain(bytes: Buffer): boolean {
  return isAscii(bytes) && !bytes.includes(0x1b) && !bytes.includes(0x05);
}

type Step = readonly [State, number];

function step(state: State, text: string, at: number, tokens: Token[]): Step {
  if (state.in === 'ground') return inGround(text, at, tokens);
  if (state.in === 'osc' || state.in === 'string') return inString(state, text, at, tokens);
  const letter = text[at] ?? '';
  if (letter === '\u001b') return [{ in: 'escape', text: '' }, at + 1];
  if (letter === '\u0018' || letter === '\u001a') return [{ in: 'ground' }, at + 1];
  if (letter >= '\u0080' && letter <= '\u009f') return [{ in: 'ground' }, at];
  if (letter < ' ') {
    // Terminals carry out a control character within a sequence.
    if (letter !== '\u0005') tokens.push({ kind: 'text', text: letter });
    return [state, at + 1];
  }
  if (letter === '\u007f') return [state, at + 1];
  return state.in === 'escape' ? inEscape(state, letter, at, tokens) : inCsi(state, letter, at, tokens);
}

function inGround(text: string, at: number, tokens: Token[]): Step {
  const rest = at === 0 ? text : text.slice(at);
  const found = rest.search(special);
  const plain = found === -1 ? rest : rest.slice(0, found);
  if (plain !== '') tokens.push({ kind: 'text', text: plain });
  if (found === -1) return [{ in: 'ground' }, text.length];
  const letter = rest[found] ?? '';
  const next = at + found + 1;
  if (letter === '\u0005') return [{ in: 'ground' }, next];
  if (letter === '\u001b') return [{ in: 'escape', text: '' }, next];
  return inEscape({ text: '' }, String.fromCharCode(letter.charCodeAt(0) - 0x40), next - 1, tokens);
}

function inEscape(state: { text: string }, letter: string, at: number, tokens: Token[]): Step {
  if (state.text === '' && letter === '[') return [{ in: 'csi', text: '' }, at + 1];
  const string = state.text === '' ? stringOpeners[letter] : undefined;
  if (string !== undefined) return [{ in: string, opener: letter, text: '', isTooLong: false }, at + 1];
  if (letter <= '/' && state.text.length < sequenceLengthMax)
    return [{ in: 'escape', text: state.text + letter }, at + 1];
  // The end of a string that has been given already.
  if (state.text !== '' || letter !== '\\') tokens.push({ kind: 'escape', text: state.text + letter });
  return [{ in: 'ground' }, at + 1];
}

function inCsi(state: { text: string }, letter: string, at: number, tokens: Token[]): Step {
  if (letter < '@')
    return [{ in: 'csi', text: state.text.length < sequenceLengthMax ? state.text + letter : 'x' }, at + 1];
  const [, prefix = '', params = '', middle = ''] = csiForm.exec(state.text) ?? [];
  if (letter <= '~' && csiForm.test(state.text)) tokens.push({ kind: 'csi', prefix, params, middle, final: letter });
  return [{ in: 'ground' }, at + 1];
}

function inString(state: State & { in: 'osc' | 'string' }, text: string, at: number, tokens: Token[]): Step {
  endOfString.lastIndex = at;
  const end = endOfString.exec(text);
  const part = text.slice(at, end?.index);
  if (state.text.length + part.length > stringLengthMax) state.isTooLong = true;
  state.text = state.isTooLong ? '' : state.text + part;
  if (end === null) return [state, text.length];
  const isCancelled = end[0] === '\u0018' || end[0] === '\u001a';
  if (!isCancelled && !state.isTooLong)
    tokens.push(
      state.in === 'osc'
        ? { kind: 'osc', text: state.text }
        : { kind: 'string', opener: state.opener, text: state.text },
    );
  // ESC ends a string in any case, and begins what follows.
  return [end[0] === '\u001b' ? { in: 'escape', text: '' } : { in: 'ground' }, end.index + 1];
}
