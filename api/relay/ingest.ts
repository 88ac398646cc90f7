/** A batch of changes from a bridge: one read, one commit for documents, bodies, events and the batch's number. */
import type { IngestAnswer } from '#contract/bridge.ts';
import type { IngestEnvelope } from '#contract/delta.ts';
import { documentKey } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../store/shards.ts';
import type { Commit, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { type Applied, applyOps, type Before, placesOf, reliedOn } from './apply-ops.ts';
import { parseDocumentRow } from './document-row.ts';
import { type CheckedOp, parseOps, sha256 } from './parse-ops.ts';
import type { Bare } from './relay.ts';
import {
  type Counts,
  checkEpoch,
  documentTable,
  EVENTS,
  emptySync,
  type MachineRow,
  parseRecord,
  parseRow,
  RECORD,
  replace,
  type Step,
  SYNC,
  type SyncRow,
} from './rows.ts';
import { tellOf, toTell } from './tell.ts';
import { parseUpload, uploadName } from './uploads.ts';

/** How long what was wanting may take to arrive before the next batch is answered `resync`. */
const BEHIND_MAX_MS = 10 * 60_000;

const level: Step = { is: 'level' };
const astray: Step = { is: 'astray' };

/** Takes a batch. Throws as `BridgeSide.ingest` says. */
export async function ingest(
  store: Store,
  machine: string,
  envelope: IngestEnvelope,
  line: Uint8Array,
): Promise<Bare<IngestAnswer>> {
  if (sha256(line) !== envelope.digest) throw new Problem('digest-mismatch');
  const ops = parseOps(line);
  const { isTold, ...answer } = await untilDone<Bare<IngestAnswer> & { isTold?: true }>(
    store,
    machineShard(machine),
    async () => {
      const { record, sync, before, complete } = await readBefore(store, machine, ops);
      const now = store.now();
      checkEpoch(envelope.epoch, sync.value);
      if (envelope.seq <= sync.value.seq) return { result: { seq: envelope.seq, dup: true } };
      checkOrder(envelope, sync.value, now);
      checkProjects(ops, record);
      const applied = applyOps(ops, before, sync.value, now);
      checkCounts(applied.sync.counts);
      const after = nextSync(sync.value, applied, envelope);
      const commit = withUploads(
        toCommit(
          replace(SYNC, sync, after),
          applied,
          reliedOn(ops).filter((rev) => before.whole.has(rev) && !complete.has(rev)),
        ),
        complete,
      );
      if (!applied.countsChanged) return { result: { seq: envelope.seq }, commit };
      return { result: { seq: envelope.seq, isTold: true }, commit: { ...commit, due: [toTell(now)] } };
    },
  );
  if (isTold) await tellOf(store, machine);
  return answer;
}

async function readBefore(store: Store, machine: string, ops: readonly CheckedOp[]) {
  const shard = machineShard(machine);
  const places = placesOf(ops);
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
  const uploads = absent.map((rev, index) => [rev, parseUpload(found[index])] as const);
  /** Bodies whose pieces are all there, with the version of their row. */
  const complete = new Map(
    uploads.flatMap(([rev, { value, version }]) => (value?.isComplete ? [[rev, version] as const] : [])),
  );
  const before: Before = {
    rows: new Map(
      places.map((place, index) => {
        const row = rows[index];
        return [documentKey(place), row && parseDocumentRow(row.value)];
      }),
    ),
    whole: new Set([...sealed, ...complete.keys()]),
  };
  return { record: parseRecord(recordRow).value, sync: parseRow(syncRow, emptySync), before, complete };
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

function checkProjects(ops: readonly CheckedOp[], { announced }: MachineRow): void {
  const known = new Set(announced?.projects.map(({ id }) => id));
  for (const [index, { op }] of ops.entries()) {
    if (op.op !== 'delete' && !known.has(op.document.project)) {
      throw new Problem('project-unknown', 'Connect again to announce it', { pointer: `/${index}/document/project` });
    }
  }
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
  return { ...before, ...applied.sync, step, seq: envelope.seq };
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
