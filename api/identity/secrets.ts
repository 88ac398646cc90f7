/** Secrets: how they are made, and the only form in which they are kept. */
import { createHash, randomBytes } from 'node:crypto';
import { base62FromBytes, formatKey, type KeyPrefix } from '#contract/key.ts';

/** A new key; shown once, never stored. */
export function createKey(prefix: KeyPrefix): string {
  return formatKey(prefix, base62FromBytes(randomBytes(60)));
}

/** Characters of a token. */
export const tokenLength = 43;

/** 256 random bits, url-safe: the token of a session or a sign-in link. */
export function createToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A random id of 128 bits, url-safe. */
export function createId(): string {
  return randomBytes(16).toString('base64url');
}

/** SHA-256 (hex): what is stored of a key or token, and looked up by. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
