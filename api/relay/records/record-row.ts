/** A record as it lies in its row, and who may read it. No I/O. */
import { createHash } from 'node:crypto';
import { RecordItem, type RecordOwner, type RecordTold, recordRevText } from '#contract/record.ts';
import { recordKind } from '#contract/records/index.ts';
import { unknownKind } from '#contract/records/record-kind.ts';
import type { Scope } from '#contract/scopes.ts';
import { defineTable } from '../../store/tables.ts';
import { iso } from '../rows.ts';

/** In the shard of a machine, an organisation or a person: its records, by id. One that cannot be read is not listed. */
export const recordRows = defineTable('records', RecordItem);

/** The sort of the item. */
export const RECORD_ITEM = 'record';

/** SHA-256 (hex) of what is said of a record. */
export function revOfRecord(told: RecordTold): string {
  return createHash('sha256')
    .update(recordRevText(told, recordKind(told.kind)?.volatile))
    .digest('hex');
}

/** The record that is told, which may be new (`before` undefined); the same object where it says nothing else than before. */
export function toRecord(
  told: RecordTold,
  rev: string,
  owner: RecordOwner,
  before: RecordItem | undefined,
  nowMs: number,
  by?: NonNullable<RecordItem['by']>,
): RecordItem {
  if (before?.rev === rev)
    return JSON.stringify(before.meta) === JSON.stringify(told.meta) ? before : { ...before, meta: told.meta };
  const author = before?.by ?? by;
  const at = iso(nowMs);
  return { ...told, owner, rev, createdAt: before?.createdAt ?? at, changedAt: at, ...(author && { by: author }) };
}

/** The scope that it takes to read a record of this kind. */
export function scopeToRead({ kind }: Pick<RecordItem, 'kind'>): Scope {
  return (recordKind(kind) ?? unknownKind).read;
}

/** Bytes of a record as its meta counts, which is most of it. */
export function sizeOf({ meta }: RecordItem): number {
  return Buffer.byteLength(JSON.stringify(meta));
}

/** Whether it stays when its machine does not name it. */
export function isKeptHere({ kind }: Pick<RecordItem, 'kind'>): boolean {
  return recordKind(kind)?.keptBy === 'relay';
}

/** Whether it goes where there are too many and it was changed longest ago. */
export function mayLeave({ kind }: Pick<RecordItem, 'kind'>): boolean {
  return (recordKind(kind) ?? unknownKind).whenFull === 'oldest-leaves';
}

/** Of an owner's records those that leave, as there are so many too many: first the ones that were changed longest ago. */
export function leaving(all: readonly RecordItem[], count: number): readonly RecordItem[] {
  return all
    .filter(mayLeave)
    .sort((a, b) => (a.changedAt < b.changedAt ? -1 : Number(a.changedAt > b.changedAt)))
    .slice(0, count);
}
