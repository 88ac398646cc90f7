/** Lets the keeper's terminal leap over lines that would scroll out of it anyway, so that a flood of text runs at the speed of the machine. */

/** Shorter texts are drawn as they are. */
const lengthMin = 32 * 1024;

/** The first letter that is neither text nor a tab, an end of line or a colour (SGR). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const other = /[^\t\n\r -~\u00a0-\uffff\u001b]|\u001b(?!\[[\d;:]*m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const colour = /\u001b\[[\d;:]*m/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences are what this is about.
const reset = /^\u001b\[0*m$/;

/** The text without those of its first lines that a terminal cannot show after it, which keeps `lines` lines in all and scrolls as a whole. Colours that the left out part has set stay. */
export function leap(text: string, lines: number): string {
  if (text.length < lengthMin) return text;
  const found = text.search(other);
  const length = found === -1 ? text.length : found;
  if (length < lengthMin) return text;
  let cut = length;
  for (let left = lines; left > 0 && cut > 0; left--) cut = text.lastIndexOf('\r\n', cut - 1);
  if (cut <= 0) return text;
  const colours = text.slice(0, cut).match(colour) ?? [];
  const since = colours.slice(
    Math.max(
      0,
      colours.findLastIndex((one) => reset.test(one)),
    ),
  );
  return `${since.join('')}${text.slice(cut)}`;
}
