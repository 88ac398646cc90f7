/** Hashes of passwords: argon2id (RFC 9106, with the parameters of OWASP's cheat sheet) in the PHC string format. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** KiB, rounds, lanes. */
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1 } as const;
const tagLength = 32;
const derive = promisify(argon2);

/** A hash of a password. Uses the salt of `like`, if that has the current cost, so that one computation can be compared with both hashes. */
export async function hashPassword(password: string, like?: string): Promise<string> {
  const { memory, passes, parallelism } = cost;
  const fresh = `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$`;
  const prefix = like?.startsWith(fresh) ? prefixOf(like) : `${fresh}${base64(randomBytes(16))}$`;
  return prefix + base64(await tagOf(password, prefix));
}

/** Index of the first hash that matches the password, or -1. Takes the same time without any hash. */
export async function findPassword(password: string, hashes: readonly string[]): Promise<number> {
  const prefixes = new Set(hashes.length === 0 ? [prefixOf(nobodys)] : hashes.map(prefixOf));
  const right = new Set<string>();
  for (const prefix of prefixes) {
    const tag = await tagOf(password, prefix);
    for (const hash of hashes) if (hash.startsWith(prefix) && isSame(tag, hash.slice(prefix.length))) right.add(hash);
  }
  return hashes.findIndex((hash) => right.has(hash));
}

/** The hash text without its tag. */
function prefixOf(hash: string): string {
  return hash.slice(0, hash.lastIndexOf('$') + 1);
}

async function tagOf(password: string, prefix: string): Promise<Uint8Array> {
  const [, memory, passes, parallelism, salt = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$$/.exec(prefix) ?? [];
  return await derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64'),
    tagLength,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
}

function isSame(tag: Uint8Array, kept: string): boolean {
  const other = Buffer.from(kept, 'base64');
  return tag.length === other.length && timingSafeEqual(tag, other);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

const nobodys = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(Buffer.alloc(16))}$`;
