/** What the sending of batches and that of pieces share: what is pending, whom it goes to, and who hears how it went. */
import type { Problem } from '#contract/problems.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Client } from '../net/client.ts';
import type { BatchSources, Pending } from './batch.ts';
import type { LeftNow } from './left.ts';
import type { Pace } from './pace.ts';
import type { Contact } from './persist.ts';
import type { UploadTuning } from './upload-tuning.ts';
import type { Wakeup } from './wakeup.ts';

/** How far a body has come, by rev. */
export type PiecesProgress = Map<string, { readonly offset: number; readonly restarts: number }>;

export interface UploadDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly pending: Map<string, Pending>;
  /** Goes off when `pending` has grown. */
  readonly wakeup: Wakeup;
  readonly sources: BatchSources & {
    readonly uploaded: Set<string>;
    readonly records: Map<string, RecordTold | undefined>;
  };
  readonly pieces: PiecesProgress;
  readonly tuning: UploadTuning;
  readonly contact: Contact;
  readonly pace: Pace;
  /** Documents of this machine, with those that are still to be read. */
  readonly total: () => number;
  /** `left`: what is still to be sent. */
  readonly onAcknowledged: (seq: number, told: readonly Pending[], left: LeftNow | undefined) => void;
  /** Nothing is pending. */
  readonly onDone: () => void;
  /** The relay takes this document in no form. */
  readonly onRefused: (told: Pending, problem: Problem) => void;
}
