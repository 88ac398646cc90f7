/** Revs of bytes. */
import { createHash } from 'node:crypto';

/** The rev of bytes: their SHA-256, in hex. */
export function revOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
