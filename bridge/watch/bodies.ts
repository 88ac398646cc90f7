/** Bytes that were just read, until they are uploaded: a saved file is read once. A cache and no more; what is not here is read again. */
import { limits } from '#contract/limits.ts';

export interface Bodies {
  keep(rev: string, bytes: Buffer): void;
  get(rev: string): Buffer | undefined;
  drop(rev: string): void;
  clear(): void;
}

/** An empty cache of at most `bytesMax`; when it is full, the oldest leave. */
export function createBodies(bytesMax: number = limits.bodyCacheBytesMax): Bodies {
  const kept = new Map<string, Buffer>();
  let size = 0;
  const drop = (rev: string) => {
    size -= kept.get(rev)?.byteLength ?? 0;
    kept.delete(rev);
  };
  return {
    drop,
    get: (rev) => kept.get(rev),
    keep: (rev, bytes) => {
      if (bytes.byteLength > bytesMax / 4) return;
      drop(rev);
      kept.set(rev, bytes);
      size += bytes.byteLength;
      for (const oldest of kept.keys()) {
        if (size <= bytesMax) break;
        drop(oldest);
      }
    },
    clear: () => {
      kept.clear();
      size = 0;
    },
  };
}
