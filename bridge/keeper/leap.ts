/** Lets the keeper's terminal leap over lines that would scroll out of it anyway, so that a flood of text runs at the speed of the machine. */

/** Shorter texts are drawn as they are. */
const lengthMin = 32 * 1024;

/** A sequence that is no colour (SGR). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const otherSequence = /\u001b(?!\[[\d;:]*m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const colour = /\u001b\[[\d;:]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const reset = /^\u001b\[0*m$/;
/** They choose another set of characters. The other control characters change nothing behind the lines that they are in. */
const shifts = ['\u000e', '\u000f'];

/** The text without those of its first lines that a terminal cannot show after it, which keeps `lines` lines in all and scrolls as a whole. Colours that the left out part has set stay. It has no 8-bit controls, as `control-sequences.ts` gives it. */
export function leap(text: string, lines: number): string {
  if (text.length < lengthMin) return text;
  const length = plainLength(text);
  if (length < lengthMin) return text;
  let cut = length;
  for (let left = lines; left > 0 && cut > 0; left--) cut = text.lastIndexOf('\r\n', cut - 1);
  if (cut <= 0) return text;
  return `${coloursAfter(text.slice(0, cut))}${text.slice(cut)}`;
}

/** Looks for one letter at a time: that is ten times as fast as a look for one of several. */
function plainLength(text: string): number {
  const found = shifts.map((letter) => text.indexOf(letter));
  if (text.includes('\u001b')) found.push(text.search(otherSequence));
  return Math.min(text.length, ...found.filter((at) => at !== -1));
}

function coloursAfter(text: string): string {
  if (!text.includes('\u001b')) return '';
  const colours = text.match(colour) ?? [];
  const last = colours.findLastIndex((one) => reset.test(one));
  return colours.slice(Math.max(0, last)).join('');
}
