/** The opaque `after` of lists: the key of the last item, in base64url. */
import { Problem } from '#contract/problems.ts';

export function encodeAfter(key: string | undefined): string {
  return Buffer.from(key ?? '', 'utf8').toString('base64url');
}

/** The key, or undefined for the first page. Throws Problem `parameter-invalid` for a value that `after` never has. */
export function decodeAfter(after: string | undefined): string | undefined {
  if (after === undefined) return undefined;
  const key = Buffer.from(after, 'base64url').toString('utf8');
  if (encodeAfter(key) !== after) {
    throw afterInvalid();
  }
  return key;
}

/** What is said of an `after` that no page gave. */
export function afterInvalid(): Problem {
  return new Problem('parameter-invalid', '`after` is taken from `next` of the page before', { pointer: '/after' });
}
