/** Cutting text to a length. */

/** The first `length` UTF-16 units of a text; one fewer if that would leave half of a surrogate pair, which JSON parsers may refuse. */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return /[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut;
}
