/** Limits the size of what a format reads from one file, so that lists of thousands stay small. */
import type { Meta } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';

/** The meta. If it is larger than `limits.metaBytesMax`, only its short texts and numbers, with a problem that says so. */
export function capMeta(meta: Meta): Meta {
  if (JSON.stringify(meta).length <= limits.metaBytesMax / 4) return meta;
  const small = Object.entries(meta).filter(([, value]) => JSON.stringify(value).length <= 600);
  return {
    ...Object.fromEntries(small.slice(0, 40)),
    problem: 'There is too much in this file to list; some fields are left out.',
  };
}
