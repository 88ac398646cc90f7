/** Bytes that were just read, until they are uploaded: a saved file is read once. A cache and no more; what is not here is read again. */
import { limits } from '#contract/limits.ts';

export interface Bodies {
  keep(rev: string, bytes: Buffer): void;
  get(rev: string): Buffer | undefined;
  /** One of the documents with these bytes needs them no more. */
  drop(rev: string): void;
  clear(): void;
}

/** An empty cache of at most `bytesMax`; when it is full, the oldest leave. Bytes stay until as many documents let them go as have brought them: a template is in hundreds of folders. */
export function createBodies(bytesMax: number = limits.bodyCacheBytesMax): Bodies {
  const kept = new Map<string, { readonly bytes: Buffer; readonly documents: number }>();
  let size = 0;
  const remove = (rev: string) => {
    const body = kept.get(rev);
    size -= body?.bytes.byteLength ?? 0;
    kept.delete(rev);
    return body?.documents ?? 0;
  };
  return {
    get: (rev) => kept.get(rev)?.bytes,
    drop: (rev) => {
      const body = kept.get(rev);
      if (body === undefined) return;
      if (body.documents === 1) remove(rev);
      else kept.set(rev, { ...body, documents: body.documents - 1 });
    },
    keep: (rev, bytes) => {
      if (bytes.byteLength > bytesMax / 4) return;
      kept.set(rev, { bytes, documents: remove(rev) + 1 });
      size += bytes.byteLength;
      for (const oldest of kept.keys()) {
        if (size <= bytesMax) break;
        remove(oldest);
      }
    },
    clear: () => {
      kept.clear();
      size = 0;
    },
  };
}
