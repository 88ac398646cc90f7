/** The form of keys: a prefix that secret scanners can find, 30 random base62 characters, and a checksum of 6, so that a typo can be told from a wrong key. */

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `spm`: a machine's key, `spu`: a person's. */
export type KeyPrefix = 'spm' | 'spu';

/** Builds a key from a prefix and 30 base62 characters. */
export function formatKey(prefix: KeyPrefix, random: string): string {
  return `${prefix}_${random}${base62(crc32(random))}`;
}

/** The prefix of a well-formed key, else undefined. Does not check whether the key was ever issued. */
export function parseKey(key: string): KeyPrefix | undefined {
  const [, prefix, random, sum] = /^(spm|spu)_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/.exec(key) ?? [];
  if (random === undefined || sum !== base62(crc32(random))) return undefined;
  return prefix as KeyPrefix;
}

/** 30 base62 characters from random bytes. Uses only bytes below 248, so that all characters are equally likely; 60 bytes are enough. */
export function base62FromBytes(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => (byte < 248 ? (alphabet[byte % 62] ?? '') : '')).join('');
  if (text.length < 30) throw new RangeError('too few random bytes for a key');
  return text.slice(0, 30);
}

function base62(value: number): string {
  let rest = value;
  let text = '';
  for (let digit = 0; digit < 6; digit++) {
    text = alphabet[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** CRC-32 (IEEE 802.3) of ASCII text, as an unsigned number. */
function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
