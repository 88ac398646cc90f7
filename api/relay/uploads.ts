/** Large bodies on their way: which a machine has begun, and which are complete and wait for a document. So many at a time, and no body is kept for long that no document names. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../store/shards.ts';
import type { Row, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { parseRow, type Versioned } from './rows.ts';

/** One body on its way; its key is its rev. */
export interface UploadRow {
  /** ms since 1970. */
  readonly begunAt: number;
  /** Every piece is there, and the hash was right. */
  readonly isComplete: boolean;
}

const UPLOADS = 'uploads';

/** Names the row of a body on its way. */
export function uploadName(rev: string) {
  return { table: UPLOADS, key: rev };
}

export function parseUpload(row: Row | undefined): Versioned<UploadRow | undefined> {
  return parseRow<UploadRow | undefined>(row, undefined);
}

/** Notes that a body has begun. Where the machine has too many on their way, the oldest is forgotten. */
export async function beginUpload(store: Store, machine: string, rev: string): Promise<void> {
  const shard = machineShard(machine);
  const forgotten = await untilDone(store, shard, async () => {
    const rows = await store.list(shard, UPLOADS, undefined, limits.uploadsPerMachineMax + 1);
    const known = rows.find(({ key }) => key === rev);
    const others = rows.filter(({ key }) => key !== rev).map((row) => ({ ...row, ...parseUpload(row) }));
    const [oldest] = others.toSorted((a, b) => (a.value?.begunAt ?? 0) - (b.value?.begunAt ?? 0));
    const leaving = others.length >= limits.uploadsPerMachineMax ? oldest : undefined;
    const name = uploadName(rev);
    const row: UploadRow = { begunAt: store.now(), isComplete: false };
    const commit = {
      expect: [{ row: name, version: known?.version ?? 0 }, ...(leaving === undefined ? [] : [expected(leaving)])],
      put: [{ ...name, value: JSON.stringify(row) }],
      delete: leaving === undefined ? [] : [uploadName(leaving.key)],
    };
    return { result: leaving?.key, commit };
  });
  // Behind the commit: a document that names it from now on waits for it to come again.
  if (forgotten !== undefined) await store.dropPieces(shard, forgotten);
}

/** Notes that every piece is there. Throws Problem `offset-wrong` where the body was forgotten meanwhile: its pieces may be gone. */
export async function completeUpload(store: Store, machine: string, rev: string): Promise<void> {
  const shard = machineShard(machine);
  const name = uploadName(rev);
  const isKnown = await untilDone(store, shard, async () => {
    const { value, version } = parseUpload(await store.row(shard, name.table, name.key));
    if (value === undefined) return { result: false };
    const put = [{ ...name, value: JSON.stringify({ ...value, isComplete: true } satisfies UploadRow) }];
    return { result: true, commit: { expect: [{ row: name, version }], put } };
  });
  if (isKnown) return;
  await store.dropPieces(shard, rev);
  throw new Problem('offset-wrong', undefined, { offset: 0 });
}

/** Forgets the bodies that no document has named for long, well before the store drops their pieces by itself: what is noted as complete has all of them. */
export async function forgetOldUploads(store: Store, machine: string): Promise<void> {
  const shard = machineShard(machine);
  for (const row of await store.list(shard, UPLOADS, undefined, limits.uploadsPerMachineMax + 1)) {
    const { value, version } = parseUpload(row);
    if (value === undefined || store.now() - value.begunAt < limits.uploadKeptMs) continue;
    const name = uploadName(row.key);
    const { done } = await store.commit(shard, { expect: [{ row: name, version }], delete: [name] });
    if (done) await store.dropPieces(shard, row.key);
  }
}

function expected({ key, version }: { readonly key: string; readonly version: number }) {
  return { row: uploadName(key), version };
}

/** Forgets a body whose bytes were not those of its rev. */
export async function dropUpload(store: Store, machine: string, rev: string): Promise<void> {
  const shard = machineShard(machine);
  await store.commit(shard, { delete: [uploadName(rev)] });
  await store.dropPieces(shard, rev);
}
