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
/** SO and SI choose another set of characters. The other control characters change nothing behind the lines that they are in. */
const shifts = [0x0e, 0x0f];
const [escapeByte, carriageReturn, lineFeed] = [0x1b, 0x0d, 0x0a];

/** How many of the first bytes a terminal need not be shown, which keeps `lines` lines in all and scrolls as a whole: it has none of them afterwards. The colours that they set are written over the end of them, and are not counted. The text has no 8-bit controls, as `control-sequences.ts` gives it. */
export function leap(bytes: Buffer, lines: number): number {
  if (bytes.length < lengthMin) return 0;
  const length = plainLength(bytes);
  if (length < lengthMin) return 0;
  const cut = lastLines(bytes.subarray(0, length), lines);
  return cut - (cut === 0 ? 0 : writeColours(bytes.subarray(0, cut)));
}

/** Looks for one letter at a time: that is ten times as fast as a look for one of several. */
function plainLength(bytes: Buffer): number {
  const found = shifts.map((letter) => bytes.indexOf(letter));
  if (bytes.includes(escapeByte)) found.push(bytes.toString('latin1').search(otherSequence));
  return Math.min(bytes.length, ...found.filter((at) => at !== -1));
}

/** Where the last so many ends of lines begin; 0 where there are not so many. */
function lastLines(bytes: Buffer, lines: number): number {
  let left = lines;
  for (let at = bytes.length - 1; at > 0; at--)
    if (bytes[at] === lineFeed && bytes[at - 1] === carriageReturn && --left === 0) return at - 1;
  return 0;
}

/** Writes the colours that are in force at the end over the end; how many bytes these are. */
function writeColours(bytes: Buffer): number {
  if (!bytes.includes(escapeByte)) return 0;
  const colours = bytes.toString('latin1').match(colour) ?? [];
  const last = colours.findLastIndex((one) => reset.test(one));
  const kept = colours.slice(Math.max(0, last)).join('');
  return bytes.write(kept, bytes.length - kept.length, 'latin1');
}
