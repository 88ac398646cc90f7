/** The manifest with its digest, which is updated at each change: the XOR of the SHA-256 of every document's line. */
import { createHash } from 'node:crypto';
import { manifestLine } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';

/** The entry of one document. */
export interface ManifestDocument {
  readonly project: string;
  readonly path: string;
  readonly rev: string;
  readonly describe: number;
}

/** The documents of one side, by document key, with the current digest. */
export interface Manifest {
  readonly held: ReadonlyMap<string, ManifestDocument>;
  put(held: ManifestDocument): void;
  remove(key: string): void;
  /** 64 hex digits; all zeros for no documents. */
  digest(): string;
  /** An independent copy. */
  copy(): Manifest;
}

/** A manifest of these documents. */
export function createManifest(documents: Iterable<ManifestDocument> = []): Manifest {
  const manifest = manifestOf(new Map(), Buffer.alloc(32));
  for (const document of documents) manifest.put(document);
  return manifest;
}

function manifestOf(held: Map<string, ManifestDocument>, sum: Buffer): Manifest {
  const remove = (key: string) => {
    const old = held.get(key);
    if (old === undefined) return;
    toggle(sum, old);
    held.delete(key);
  };
  return {
    held,
    remove,
    put: ({ project, path, rev, describe }) => {
      const now = { project, path, rev, describe };
      remove(documentKey(now));
      held.set(documentKey(now), now);
      toggle(sum, now);
    },
    digest: () => sum.toString('hex'),
    copy: () => manifestOf(new Map(held), Buffer.from(sum)),
  };
}

/** Adds a document to a digest, or removes it: XOR twice is no change. */
function toggle(sum: Buffer, { project, path, rev, describe }: ManifestDocument): void {
  const line = createHash('sha256')
    .update(manifestLine([project, path, rev, describe]))
    .digest();
  for (let at = 0; at < 32; at++) sum[at] = (sum[at] ?? 0) ^ (line[at] ?? 0);
}
