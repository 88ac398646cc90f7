/** Makes text of others safe to print on a terminal, store as a label, or put into a header. Only this file says which characters are not allowed there. */

/** Control characters, line separators, bidirectional controls, and halves of surrogate pairs. Joiners stay: emoji and some scripts need them. */
const unprintable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** One line of text, at most `most` UTF-16 units. Each character that would control the terminal, break the line or change its direction becomes U+FFFD. */
export function printable(text: string, most = Number.POSITIVE_INFINITY): string {
  const clipped = text.length > most ? `${text.slice(0, most - 1)}…` : text;
  return clipped.replace(unprintable, '\ufffd');
}

/** The same for several lines. */
export function printableLines(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line))
    .join('\n');
}

/** JSON text with the same meaning, with those characters as escapes. */
export function printableJson(json: string): string {
  return json.replace(unprintable, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A header's value: printable ASCII. */
export function headerText(text: string): string {
  return printable(text).replace(/[^\x20-\x7e]/g, '?');
}
