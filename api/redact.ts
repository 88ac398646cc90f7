/** Keys and tokens in text that is logged or repeated: found in any spelling, and taken out. */

/** One character as it may be spelt: itself in either case, percent-encoded any number of times, or as an escape of JSON. */
function spelt(character: string): string {
  const codes = [...new Set([character.toLowerCase(), character.toUpperCase()])].map((each) =>
    each.charCodeAt(0).toString(16),
  );
  return `(?:${character}|%(?:25)*(?:${codes.join('|')})|\\\\{1,8}u00(?:${codes.join('|')}))`;
}

const keyStart = `${spelt('s')}${spelt('p')}(?:${spelt('m')}|${spelt('u')})${spelt('_')}`;
const keys = new RegExp(`${keyStart}(?:[0-9a-z]|%(?:25)*[0-9a-f]{2}|\\\\{1,8}u00[0-9a-f]{2})+`, 'gi');
/** Long enough to be a key and not a word. */
const wholeKey = new RegExp(`${keyStart}(?:[0-9a-z]|%(?:25)*[0-9a-f]{2}){30}`, 'i');
/** A segment of a path that is as long as the token of a link or session, and no longer. */
const tokens = /(?<=\/|%2f)[\w-]{43}(?=$|[/?#"\s]|%2f)/gi;

/** The text without anything that looks like a key. */
export function withoutKeys(text: string): string {
  return text.replace(keys, 'sp…');
}

/** A path without keys, and without tokens of links that somebody has pasted. */
export function withoutSecrets(path: string): string {
  return withoutKeys(path).replace(tokens, '…');
}

/** Whether there is a key in a URL. */
export function hasKey(url: string): boolean {
  return wholeKey.test(url);
}
