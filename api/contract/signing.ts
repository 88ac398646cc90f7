/**
 * Signed commands: a person's device signs what it wishes with an Ed25519 key (RFC 8032) that the machine's owner has pinned there, so that
 * nobody between them, the relay included, can make one up, change one, send one again or send it to another machine. Here without schemas,
 * which `device-key.ts` has: the app signs too.
 */
import { PROTOCOL } from './version.ts';

/** Crockford's base32: no letters that are taken for others. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const fingerprintLength = 24;

/** The form of a fingerprint. */
export const fingerprintForm = new RegExp(`^[${alphabet}]{${fingerprintLength}}$`);

/** The fingerprint of a key from the SHA-256 (32 bytes) of its raw bytes: the first 120 bits, in base32. Short enough to be compared and typed, too long to be met by trying. */
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

/** A fingerprint as a person reads it: ABCD-EFGH-… */
export function showFingerprint(fingerprint: string): string {
  return fingerprint.replace(/(.{4})(?=.)/g, '$1-');
}

/** A fingerprint as it is compared, whatever a person put between, in whichever case. Undefined where it cannot be one. */
export function parseFingerprint(typed: string): string | undefined {
  const text = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return fingerprintForm.test(text) ? text : undefined;
}

/** What is signed. `args` as the kind's schema gives them out. */
export interface Envelope {
  /** Id of the machine. */
  readonly machine: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifRev?: string | undefined;
  readonly expiresAt: number;
  readonly nonce: string;
}

/** The exact text that is signed, as UTF-8: a line that no other use of the key begins with, then canonical JSON (RFC 8785). */
export function envelopeText({ machine, kind, args, ifRev, expiresAt, nonce }: Envelope): string {
  return `${PROTOCOL} signed command\n${canonicalJson({ machine, kind, args, ifRev, expiresAt, nonce })}`;
}

/** JSON with the members of objects in the order of their UTF-16 units, and no white space; members that are undefined are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
