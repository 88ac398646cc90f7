/** A batch of changes from a bridge: one read, one commit for documents, bodies, events and the batch's number. */
import type { IngestAnswer } from '#contract/bridge.ts';
import type { IngestEnvelope } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { tellOf, toTell } from '../machines/tell.ts';
import { saidKey, tellNotices, toNotice } from '../notices.ts';
import { openLedger } from '../records/record-ledger.ts';
import { applyRecordOps, partsOf, recordIdsOf } from '../records/record-ops.ts';
import { recordRows } from '../records/record-row.ts';
import type { Bare } from '../relay.ts';
import {
  type Counts,
  checkEpoch,
  documentTable,
  EVENTS,
  type MachineRow,
  POLL,
  parseRecord,
  parseSync,
  RECORD,
  replace,
  type Step,
  SYNC,
  type SyncRow,
} from '../rows.ts';
import { type Applied, applyOps, type Before, documentPlacesOf, reliedOn } from './apply-ops.ts';
import { readDocumentRow } from './document-row.ts';
import { type CheckedOps, parseOps, sha256 } from './parse-ops.ts';
import { parseUpload, uploadName } from './uploads.ts';

/** How long what was wanting may take to arrive before the next batch is answered `resync`. */
const BEHIND_MAX_MS = 10 * 60_000;

const level: Step = { is: 'level' };
const astray: Step = { is: 'astray' };

/** What is to be told once the batch is committed. */
interface ToTell {
  readonly machine: boolean;
  /** By `saidKey`. */
  readonly notices: readonly string[];
}

const nothingToTell: ToTell = { machine: false, notices: [] };

/** Takes a batch. Throws as `BridgeSide.ingest` says. */
export async function ingest(
  store: Store,
  machine: string,
  envelope: IngestEnvelope,
  line: Uint8Array,
): Promise<Bare<IngestAnswer>> {
  if (sha256(line) !== envelope.digest) throw new Problem('digest-mismatch');
  const ops = parseOps(line);
  const { told, ...answer } = await untilDone<Bare<IngestAnswer> & { told: ToTell }>(
    store,
    machineShard(machine),
    async () => {
      const { record, sync, before, complete } = await readBefore(store, machine, ops.documents);
      const now = store.now();
      checkEpoch(envelope.epoch, sync.value);
      if (envelope.seq <= sync.value.seq) return { result: { seq: envelope.seq, dup: true, told: nothingToTell } };
      checkOrder(envelope, sync.value, now);
      checkProjects(ops, record);
      const documents = applyOps(ops.documents, before, sync.value, now);
      checkCounts(documents.sync.counts);
      const records = await applyRecords(store, machine, ops.records, now);
      const relied = reliedOn(ops.documents).filter((rev) => before.whole.has(rev) && !complete.has(rev));
      const after = nextSync(sync.value, documents, envelope);
      const commit = withUploads(toCommit(replace(SYNC, sync, after), documents, relied), complete);
      const words = [...documents.words, ...records.words];
      const isNews = documents.countsChanged || !isSameUpload(sync.value, envelope);
      const told = { machine: isNews, notices: words.map(saidKey) };
      const due = isNews ? [toTell(now)] : [];
      // The poll tells the bridge to compare: the next batch of a machine where nothing happens is far.
      const signal = after.step.is === 'astray' ? [POLL] : [];
      const commits = [commit, records, toNotice(words, now), { due, signal }] as const;
      return { result: { seq: envelope.seq, told }, commit: joined(...commits) };
    },
  );
  if (told.machine) await tellOf(store, machine);
  await tellNotices(store, machine, told.notices);
  return answer;
}

/** What the ops make of the machine's records: those that they name, and those that leave for them. Each batch writes the machine's row of sync, so that none comes in between. */
async function applyRecords(store: Store, machine: string, checked: CheckedOps['records'], now: number) {
  if (checked.length === 0) return { put: [], delete: [], append: [], words: [] };
  const shard = machineShard(machine);
  const ops = checked.map(({ op }) => op);
  const ids = recordIdsOf(ops);
  const [rows, ledger] = await Promise.all([recordRows.getAll(store, shard, ids), openLedger(store, shard)]);
  const named = rows.flatMap((row, at) => (row === undefined ? [] : [[ids[at] ?? '', row.value] as const]));
  const before = new Map(named);
  const after = applyRecordOps(machine, ops, before, now);
  for (const id of ids) ledger.enter(before.get(id), after.get(id));
  for (const gone of await ledger.shorten()) {
    if (!after.delete(gone.id)) before.set(gone.id, gone);
  }
  const { put, delete: deleted } = ledger.parts();
  const parts = partsOf(before, after, now);
  return { ...parts, put: [...parts.put, ...put], delete: [...parts.delete, ...deleted] };
}

async function readBefore(store: Store, machine: string, ops: CheckedOps['documents']) {
  const shard = machineShard(machine);
  const places = documentPlacesOf(ops);
  const relied = reliedOn(ops);
  const sealed = relied.length === 0 ? new Set<string>() : await store.whole(shard, relied);
  const absent = [...new Set(relied)].filter((rev) => !sealed.has(rev));
  const [recordRow, syncRow, ...found] = await store.rows(shard, [
    RECORD,
    SYNC,
    ...absent.map(uploadName),
    ...places.map(({ project, path }) => ({ table: documentTable(project), key: path })),
  ]);
  const rows = found.slice(absent.length);
  const uploads = absent.map((rev, index) => [rev, parseUpload(rev, found[index])] as const);
  /** Bodies whose pieces are all there, with the version of their row. */
  const complete = new Map(
    uploads.flatMap(([rev, { value, version }]) => (value?.isComplete ? [[rev, version] as const] : [])),
  );
  const before: Before = {
    rows: new Map(
      places.map((place, index) => {
        return [documentKey(place), readDocumentRow(place.path, rows[index])];
      }),
    ),
    whole: new Set([...sealed, ...complete.keys()]),
  };
  return { record: parseRecord(recordRow).value, sync: parseSync(syncRow), before, complete };
}

/** The commit that also seals the bodies that have come in pieces before their documents; one that is forgotten meanwhile makes it fail. */
function withUploads<Of extends Commit>(commit: Of, complete: ReadonlyMap<string, number>): Of {
  const expect = [...complete].map(([rev, version]) => ({ row: uploadName(rev), version }));
  return {
    ...commit,
    expect: [...(commit.expect ?? []), ...expect],
    seal: [...complete.keys()],
    delete: [...(commit.delete ?? []), ...[...complete.keys()].map(uploadName)],
  };
}

function checkOrder({ seq }: IngestEnvelope, sync: SyncRow, now: number): void {
  if (seq > sync.seq + 1) throw new Problem('gap', undefined, { expected: sync.seq + 1 });
  const { step } = sync;
  if (step.is === 'astray' || (step.is === 'behind' && now - step.since > BEHIND_MAX_MS)) throw new Problem('resync');
}

function checkProjects({ documents, records }: CheckedOps, { announced }: MachineRow): void {
  const known = new Set(announced?.projects.map(({ id }) => id));
  const named = [
    ...documents.flatMap(({ op, index }) =>
      op.op === 'delete' ? [] : [[op.document.project, `/${index}/document/project`] as const],
    ),
    ...records.flatMap(({ op, index }) =>
      op.op === 'record-delete' ? [] : [[op.record.project, `/${index}/record/project`] as const],
    ),
  ];
  const strange = named.find(([project]) => project !== undefined && !known.has(project));
  if (strange === undefined) return;
  throw new Problem('project-unknown', 'Connect again to announce it', { pointer: strange[1] });
}

function checkCounts(counts: Counts): void {
  const documents = Object.values(counts).flatMap((kinds) => Object.values(kinds));
  if (documents.reduce((sum, count) => sum + count, 0) > limits.documentsPerMachineMax) {
    throw new Problem('body-invalid', `A machine has at most ${limits.documentsPerMachineMax} documents`);
  }
}

function nextSync(before: SyncRow, applied: Applied, envelope: IngestEnvelope): SyncRow {
  const step =
    applied.sync.digest === envelope.manifestDigest ? level : before.step.is === 'level' ? astray : before.step;
  const { uploading: _, ...kept } = before;
  const { uploading, seq } = envelope;
  return { ...kept, ...applied.sync, step, seq, ...(uploading && { uploading }) };
}

function isSameUpload(before: SyncRow, { uploading }: IngestEnvelope): boolean {
  return JSON.stringify(before.uploading) === JSON.stringify(uploading);
}

/** The commit of applied ops; `relied`: blobs that must still be whole when it is made. */
export function toCommit(
  sync: ReturnType<typeof replace<SyncRow>>,
  applied: Applied,
  relied: readonly string[],
): Commit {
  return {
    expect: [sync.expect, ...relied.map((blob) => ({ blob, whole: true }))],
    put: [sync.put, ...applied.put],
    delete: applied.delete,
    append: applied.append,
    blobs: applied.blobs,
    hold: applied.hold,
    release: applied.release,
    signal: [EVENTS],
  };
}
