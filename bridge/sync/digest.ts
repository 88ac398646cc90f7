/** The digest of a manifest, which is updated at each change: the XOR of the SHA-256 of every document's line. */
import { createHash } from 'node:crypto';
import { manifestLine } from '#contract/delta.ts';
import type { Held } from '../packed/held.ts';

/** The entry of one document. */
export interface ManifestDocument extends Held {
  readonly project: string;
  readonly path: string;
}

export interface Digest {
  /** Adds a document, or removes it: XOR twice is no change. */
  toggle(document: ManifestDocument): void;
  /** 64 hex digits; all zeros for no documents. */
  text(): string;
  /** Becomes equal to another one. */
  take(other: Digest): void;
}

/** The digest of nothing. */
export function createDigest(): Digest {
  const sum = Buffer.alloc(32);
  return {
    toggle: ({ project, path, rev, describe }) => {
      const line = createHash('sha256')
        .update(manifestLine([project, path, rev, describe]))
        .digest();
      for (let at = 0; at < 32; at++) sum[at] = (sum[at] ?? 0) ^ (line[at] ?? 0);
    },
    text: () => sum.toString('hex'),
    take: (other) => void sum.write(other.text(), 'hex'),
  };
}
