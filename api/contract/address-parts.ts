/** Names and passwords inside addresses: how they are read, and how an address is printed without them. Pure. */

/** A name or password of an address as it is meant. People write a bare `%` for itself, so only what is a code of UTF-8 is decoded. */
export function literalPart(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    try {
      return decodeURIComponent(codes);
    } catch {
      return codes;
    }
  });
}

/** An address as it may be printed: without name, password and query. For addresses alone: of a path it would cut off what stands before an `@`. */
export function shownAddress(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && url.host !== '' && url.username === '' && url.password === '';
  const [bare = ''] = text.split(/[?#]/, 1);
  // A password with a slash, or an address that nobody can parse: all before the last @ may belong to it.
  return isPlain ? bare : text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1').replace(/[?#].*$/s, '');
}
