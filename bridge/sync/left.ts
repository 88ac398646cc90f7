/** What is left of an upload. Pure. */
import type { Uploading } from '#contract/delta.ts';

/** As a bridge of today says it. */
export interface LeftNow extends Uploading {
  readonly of: number;
}

export interface UploadState {
  /** What the relay has, by key. */
  readonly held: { readonly size: number; has(key: string): boolean };
  /** Changes that were found, by key: of these, and of others. */
  readonly pending: ReadonlyMap<string, unknown>;
  /** Documents of this machine, as far as is known. */
  readonly total: number;
  readonly perSecond: number;
}

/** The changes that the relay is still to get: those that were found, and new documents that are not read yet. Undefined where there are none. */
export function leftOf({ held, pending, total, perSecond }: UploadState): LeftNow | undefined {
  let fresh = 0;
  for (const key of pending.keys()) if (!held.has(key)) fresh += 1;
  const unread = Math.max(0, total - held.size - fresh);
  const left = pending.size + unread;
  if (left === 0) return undefined;
  return { left, perSecond: Math.round(10 * perSecond) / 10, of: held.size + fresh + unread };
}
