/** What of a program's output goes to the keeper's own terminal, and what to readers. Queries are answered once, by the keeper's terminal; readers never see one, so their terminals answer nothing. */
import { isUtf8 } from 'node:buffer';
import { createTokenizer, isPlain, type Token } from './control-sequences.ts';

export interface Outgoing<Part = Buffer> {
  /** For the keeper's terminal, which answers the queries. */
  readonly screen: Part;
  /** For readers and the recording. */
  readonly readers: Part;
}

const titleLengthMax = 200;

/** Divides the output of one program, piece by piece; a piece has whole characters, and what of it is no UTF-8 becomes U+FFFD. Neither part has clipboard access (OSC 52), files (OSC 1337), reports of the focus or numbers that would keep a terminal busy. Readers also get no queries (DA, DSR, DECRQM, XTVERSION, window and title reports, kitty's flags, colours), no DCS, APC, PM and SOS. */
export function createOutgoing(
  size: () => { readonly cols: number; readonly rows: number },
): (bytes: Buffer) => Outgoing {
  const tokenizer = createTokenizer();
  return (bytes) => {
    // Most output is text alone, and a flood is looked at as it comes.
    if (!tokenizer.isWithin && isPlain(bytes)) return both(bytes);
    const text = bytes.toString();
    const parts = tokenizer.cut(text).map((token) => divide(token, size()));
    const joined = (part: keyof Outgoing) => {
      const all = parts.map((one) => one[part]).join('');
      return all === text && isUtf8(bytes) ? bytes : Buffer.from(all);
    };
    return { screen: joined('screen'), readers: joined('readers') };
  };
}

const both = <Part>(part: Part): Outgoing<Part> => ({ screen: part, readers: part });
const forScreen = (text: string): Outgoing<string> => ({ screen: text, readers: '' });
const nobody = both('');

function divide(token: Token, size: { readonly cols: number; readonly rows: number }): Outgoing<string> {
  switch (token.kind) {
    case 'text':
      return both(token.text);
    case 'csi': {
      const { prefix, middle, final } = token;
      const params = prefix === '?' ? withoutFocus(token) : withinSize(token, size);
      if (params === undefined) return nobody;
      const text = `\u001b[${prefix}${params}${middle}${final}`;
      return isQuery(token) ? forScreen(text) : both(text);
    }
    case 'escape':
      // DECID asks what DA asks.
      return token.text === 'Z' ? forScreen('\u001bZ') : both(`\u001b${token.text}`);
    case 'osc':
      return divideOsc(token.text);
    case 'string':
      return token.opener === 'P' ? forScreen(`\u001bP${token.text}\u001b\\`) : nobody;
  }
}

type Csi = Extract<Token, { readonly kind: 'csi' }>;

function isQuery({ prefix, params, middle, final }: Csi): boolean {
  if (/^(?:[>=]?c|\??n|x|>q|\?u|\??\$p|\$w|\*y|\?m|\?S|#[|R])$/.test(`${prefix}${middle}${final}`)) return true;
  // Window operations: reports, and what would change the reader's window.
  return final === 't' && prefix === '' && params !== '';
}

/** Modes but for reports of the focus: a person who only looks at a terminal would have typed into it last. Undefined where none is left. */
function withoutFocus({ params, final }: Csi): string | undefined {
  if (final !== 'h' && final !== 'l') return params;
  const modes = params.split(';').filter((mode) => Number(mode) !== 1004);
  return modes.length === 0 ? undefined : modes.join(';');
}

/** Numbers that a terminal counts down one by one: a row or a column more than there are changes nothing. */
const counted = /^[ ]?[@A-MPSTXZabe]$/;

function withinSize({ prefix, params, middle, final }: Csi, { cols, rows }: { cols: number; rows: number }): string {
  if (prefix !== '' || !counted.test(`${middle}${final}`)) return params;
  const most = Math.max(cols, rows);
  return params.replace(/\d+/g, (number) => (Number(number) > most ? String(most) : number));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals skip them within a sequence, or begin another.
const controls = /[\x00-\x1f\x7f-\x9f]/g;
/** Terminals read a number: 052 is 52. One with more digits may overflow to any other. */
const oscForm = /^0*(\d{1,5})(?:;(.*))?$/s;

function divideOsc(told: string): Outgoing<string> {
  const text = told.replace(controls, '');
  const [, code, rest = ''] = oscForm.exec(text) ?? [];
  if (code === undefined || [52, 1337, 5522].includes(Number(code))) return nobody;
  const isTitle = [0, 1, 2].includes(Number(code));
  const whole = `\u001b]${isTitle ? `${code};${rest.slice(0, titleLengthMax)}` : text}\u001b\\`;
  return rest.split(';').includes('?') ? forScreen(whole) : both(whole);
}
