/**
 * Signed commands: a person's device signs commands with an Ed25519 key (RFC 8032) that the machine's owner has pinned there, so that
 * nobody in between, including the relay, can forge, change, repeat or redirect one. Without schemas, because the app signs too;
 * `device-key.ts` has them.
 */
import { PROTOCOL } from './version.ts';

/** Crockford's base32, without letters that are easily confused. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const fingerprintLength = 24;

/** The form of a fingerprint. */
export const fingerprintForm = new RegExp(`^[${alphabet}]{${fingerprintLength}}$`);

/** The fingerprint of a key: the first 120 bits of the SHA-256 (32 bytes) of its raw bytes, in base32. Short enough to compare and type, too long to find another key with it. */
export function fingerprintOf(sha256: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of sha256) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return text.slice(0, fingerprintLength);
}

/** A fingerprint for people: ABCD-EFGH-… */
export function showFingerprint(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1-');
}

/** Normalises a typed fingerprint: ignores case, blanks and hyphens. Undefined if it cannot be one. */
export function parseFingerprint(typed: string): string | undefined {
  const text = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return fingerprintForm.test(text) ? text : undefined;
}

/** What is signed. `args` are the output of the kind's schema. */
export interface Envelope {
  /** Id of the machine. */
  readonly machine: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifRev?: string | undefined;
  readonly expiresAt: number;
  readonly nonce: string;
}

/** The exact text that is signed, as UTF-8: a line that is unique to this use of the key, then canonical JSON (RFC 8785). */
export function envelopeText({ machine, kind, args, ifRev, expiresAt, nonce }: Envelope): string {
  return `${PROTOCOL} signed command\n${canonicalJson({ machine, kind, args, ifRev, expiresAt, nonce })}`;
}

/** JSON without white space, with the members of objects sorted by UTF-16 units. Undefined members are omitted. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
