/** Removes keys and tokens, in any spelling, from text that is logged or sent back. */

/** The spellings of one character: itself in upper or lower case, percent-encoded any number of times, or as a JSON escape. */
function spelt(character: string): string {
  const codes = [...new Set([character.toLowerCase(), character.toUpperCase()])].map((each) =>
    each.charCodeAt(0).toString(16),
  );
  return `(?:${character}|%(?:25)*(?:${codes.join('|')})|\\\\{1,8}u00(?:${codes.join('|')}))`;
}

const keyStart = `${spelt('s')}${spelt('p')}(?:${spelt('m')}|${spelt('u')})${spelt('_')}`;
const keys = new RegExp(`${keyStart}(?:[0-9a-z]|%(?:25)*[0-9a-f]{2}|\\\\{1,8}u00[0-9a-f]{2})+`, 'gi');
/** Minimum length of a key, so that words do not match. */
const wholeKey = new RegExp(`${keyStart}(?:[0-9a-z]|%(?:25)*[0-9a-f]{2}){30}`, 'i');
/** A segment of a path with exactly the length of a link's or session's token. */
const tokens = /(?<=\/|%2f)[\w-]{43}(?=$|[/?#"\s]|%2f)/gi;

/** The text, with everything that looks like a key redacted. */
export function withoutKeys(text: string): string {
  return text.replace(keys, 'sp…');
}

/** The path, with keys and tokens of pasted links redacted. */
export function withoutSecrets(path: string): string {
  return withoutKeys(path).replace(tokens, '…');
}

/** Whether there is a key in a URL. */
export function hasKey(url: string): boolean {
  return wholeKey.test(url);
}
