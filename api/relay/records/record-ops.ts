/** What a batch of ops does to a machine's records, decided without I/O: rows before → rows after, blocks, notices. */
import type { RecordItem } from '#contract/record.ts';
import type { Commit } from '../../store/store.ts';
import { channelOfKind } from '../channels/channel-row.ts';
import { channelGoneDue } from '../channels/keep-channel.ts';
import type { CheckedRecordOp } from '../documents/parse-ops.ts';
import { blocksOf, deleteItem, putItem } from '../feeds/blocks.ts';
import type { NoticeWord } from '../notices.ts';
import { RECORD_ITEM, recordRows, scopeToRead, toRecord } from './record-row.ts';

/** The records' parts of a commit. */
export type AppliedRecords = Required<Pick<Commit, 'put' | 'delete' | 'append' | 'due'>> & {
  readonly words: readonly NoticeWord[];
};

/** The records that ops name, once each. */
export function recordIdsOf(ops: readonly CheckedRecordOp[]): readonly string[] {
  return [...new Set(ops.map((op) => (op.op === 'record-delete' ? op.id : op.record.id)))];
}

/** Applies ops in order to the records that they name; idempotent: what changes nothing leaves the same object. */
export function applyRecordOps(
  machine: string,
  ops: readonly CheckedRecordOp[],
  before: ReadonlyMap<string, RecordItem>,
  nowMs: number,
): Map<string, RecordItem> {
  const after = new Map(before);
  for (const op of ops) {
    if (op.op === 'record-delete') after.delete(op.id);
    else after.set(op.record.id, toRecord(op.record, op.rev, { machine }, before.get(op.record.id), nowMs));
  }
  return after;
}

/** What makes the records of an owner others than they are. */
export function partsOf(
  before: ReadonlyMap<string, RecordItem>,
  after: ReadonlyMap<string, RecordItem>,
  nowMs: number,
): AppliedRecords {
  const gone = [...before.values()].filter(({ id }) => !after.has(id));
  const put = [...after.values()].filter((record) => before.get(record.id) !== record);
  // One that is of another kind now may have left those who could read it before.
  const hidden = put.flatMap((record) => {
    const was = before.get(record.id);
    return was !== undefined && scopeToRead(was) !== scopeToRead(record) ? [was] : [];
  });
  const changes = [
    ...[...gone, ...hidden].map((record) => [scopeToRead(record), deleteItem(RECORD_ITEM, record.id, nowMs)] as const),
    ...put.map(
      (record) => [scopeToRead(record), putItem(RECORD_ITEM, record.id, nowMs, JSON.stringify(record))] as const,
    ),
  ];
  const wordOf = (record: RecordItem, said: RecordItem['notice']) =>
    said === undefined && before.get(record.id)?.notice === undefined
      ? []
      : [{ item: RECORD_ITEM, key: record.id, said, scope: scopeToRead(record) }];
  return {
    put: put.map((record) => recordRows.put(record.id, record)),
    delete: gone.map(({ id }) => recordRows.at(id)),
    append: blocksOf(changes),
    due: gone.filter(({ kind }) => channelOfKind(kind)).map(({ id }) => channelGoneDue(id, nowMs)),
    words: [
      ...gone.flatMap((record) => wordOf(record, undefined)),
      ...put.flatMap((record) => wordOf(record, record.notice)),
    ],
  };
}
