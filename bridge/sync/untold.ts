/** Changes of documents and records that were not sent to the relay yet, and a wakeup for each loop that sends. Survives reconnects. */
import { documentKey } from '#contract/document-key.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Pending } from './batch.ts';
import { createWakeup, type Wakeup } from './wakeup.ts';

export interface Untold {
  /** Documents that differ from what was sent, by key, in the order of sending. */
  readonly pending: Map<string, Pending>;
  /** Records that differ from what was sent, by id; undefined for one that is to go. */
  readonly records: Map<string, RecordTold | undefined>;
  /** Rings when `pending` or `records` has grown. */
  readonly upload: Wakeup;
  /** Rings when there is a result, and when changes were sent that results may wait for. */
  readonly results: Wakeup;
  /** Rings when there is an answer. */
  readonly answers: Wakeup;
  /** Adds documents that differ from what was sent. */
  changed(changes: readonly Pending[]): void;
  /** Adds a record, or its newer version. */
  tell(record: RecordTold): void;
  /** The relay need not hold this record any longer. */
  untell(id: string): void;
}

/** Creates it empty. */
export function createUntold(): Untold {
  const pending = new Map<string, Pending>();
  const records = new Map<string, RecordTold | undefined>();
  const upload = createWakeup();
  return {
    pending,
    records,
    tell: (record) => {
      records.set(record.id, record);
      upload.ring();
    },
    untell: (id) => {
      records.set(id, undefined);
      upload.ring();
    },
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
