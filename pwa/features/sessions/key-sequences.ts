/** What keys send to a program. Pure. */

export interface Held {
  readonly ctrl: boolean;
  readonly alt: boolean;
}

export type NamedKey = 'Escape' | 'Tab' | 'Enter' | 'Backspace' | 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

const plain: Readonly<Record<string, string>> = { Escape: '\x1b', Tab: '\t', Enter: '\r', Backspace: '\x7f' };
const arrows: Readonly<Record<string, string>> = { ArrowUp: 'A', ArrowDown: 'B', ArrowRight: 'C', ArrowLeft: 'D' };

/** Whether a key of a keyboard has a sequence here. */
export function isNamedKey(key: string): key is NamedKey {
  return Object.hasOwn(plain, key) || Object.hasOwn(arrows, key);
}

/** The sequence of a key, as xterm sends it; `isApplication`: the program asked for its own form of the arrows. */
export function sequenceOf(key: NamedKey, { ctrl, alt }: Held, isApplication: boolean): string {
  const arrow = arrows[key];
  if (arrow === undefined) return `${alt ? '\x1b' : ''}${plain[key]}`;
  const modifier = 1 + (alt ? 2 : 0) + (ctrl ? 4 : 0);
  if (modifier > 1) return `\x1b[1;${modifier}${arrow}`;
  return `${isApplication ? '\x1bO' : '\x1b['}${arrow}`;
}

/** A text typed while Ctrl or Alt is held: they hold for its first character. */
export function typedWith(text: string, { ctrl, alt }: Held): string {
  const [first = ''] = text;
  return `${alt ? '\x1b' : ''}${ctrl ? controlOf(first) : first}${text.slice(first.length)}`;
}

/** Ctrl with a character: @ to _ are 0 to 31, ? is DEL. */
function controlOf(character: string): string {
  const code = character.toUpperCase().charCodeAt(0);
  if (character === ' ') return '\0';
  if (character === '?') return '\x7f';
  return code >= 64 && code <= 95 ? String.fromCharCode(code & 31) : character;
}

/** What makes the line of a program that now is `before` into `after`: characters deleted at its end, and typed. */
export function typedBetween(before: string, after: string): string {
  const [was, is] = [[...before], [...after]];
  let same = 0;
  while (same < was.length && was[same] === is[same]) same += 1;
  return '\x7f'.repeat(was.length - same) + is.slice(same).join('');
}
