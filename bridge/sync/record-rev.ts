/** The rev of a record that this machine tells. */
import { createHash } from 'node:crypto';
import { type RecordTold, recordRevText } from '#contract/record.ts';
import { recordKind } from '#contract/records/index.ts';

/** SHA-256 (hex) of what a record says, as the relay compares it. */
export function revOfRecord(record: RecordTold): string {
  return createHash('sha256')
    .update(recordRevText(record, recordKind(record.kind)?.volatile))
    .digest('hex');
}
