/** What the relay has not been told yet, with a bell for each loop that tells it. Kept over reconnects. */
import { documentKey } from '#contract/document.ts';
import type { Pending } from './batch.ts';
import { createWakeup, type Wakeup } from './wakeup.ts';

export interface Untold {
  /** Documents that are other than the relay was told, by key, in the order in which they will be told. */
  readonly pending: Map<string, Pending>;
  /** Rings when `pending` has grown. */
  readonly upload: Wakeup;
  /** Rings when there is a result, and when something has been told that results may wait for. */
  readonly results: Wakeup;
  /** Rings when there is an answer. */
  readonly answers: Wakeup;
  /** These documents are other than the relay was told. */
  changed(changes: readonly Pending[]): void;
}

/** Nothing is untold. */
export function createUntold(): Untold {
  const pending = new Map<string, Pending>();
  const upload = createWakeup();
  return {
    pending,
    upload,
    results: createWakeup(),
    answers: createWakeup(),
    changed: (changes) => {
      for (const change of changes) {
        pending.set(documentKey(change), change);
        const { project, from } = change;
        if (from !== undefined) pending.set(documentKey({ project, path: from }), { project, path: from });
      }
      upload.ring();
    },
  };
}
