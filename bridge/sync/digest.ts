/** The digest of a manifest, which is updated at each change: the XOR of the SHA-256 of every document's line. */
import { hash } from 'node:crypto';
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
  /** Adds all of another one, by its text, or removes it. */
  add(text: string): void;
  clear(): void;
}

/** The digest of nothing. */
export function createDigest(): Digest {
  const sum = Buffer.alloc(32);
  const add = (other: Buffer) => {
    for (let at = 0; at < 32; at++) sum[at] = (sum[at] ?? 0) ^ (other[at] ?? 0);
  };
  return {
    toggle: ({ project, path, rev, describe }) =>
      add(hash('sha256', manifestLine([project, path, rev, describe]), 'buffer')),
    text: () => sum.toString('hex'),
    add: (text) => add(Buffer.from(text, 'hex')),
    clear: () => void sum.fill(0),
  };
}
