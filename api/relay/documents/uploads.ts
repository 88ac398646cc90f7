/** Large bodies on their way: which a machine has begun, and which are complete and wait for a document. So many at a time, and no body is kept for long that no document names. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../../store/shards.ts';
import type { Row, Store } from '../../store/store.ts';
import { defineTable, type Versioned } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';

/** In a machine's shard: bodies on their way, by rev. */
const uploads = defineTable(
  'uploads',
  v.object({
    /** ms since 1970. */
    begunAt: v.number(),
    /** Every piece is there, and the hash was right. */
    isComplete: v.boolean(),
  }),
);
type UploadRow = ReturnType<typeof uploads.parse>['value'];

/** Names the row of a body on its way. */
export const uploadName = uploads.at;

/** One that cannot be read is the first to leave. */
export function parseUpload(rev: string, row: Row | undefined): Versioned<UploadRow | undefined> {
  const [found] = row === undefined ? [] : uploads.readable([{ ...row, key: rev }]);
  return { value: found?.value, version: row?.version ?? 0 };
}

/** Notes that a body has begun. Where the machine has too many on their way, the oldest is forgotten. */
export async function beginUpload(store: Store, machine: string, rev: string): Promise<void> {
  const shard = machineShard(machine);
  const forgotten = await untilDone(store, shard, async () => {
    const rows = await store.list(shard, uploads.name, undefined, limits.uploadsPerMachineMax + 1);
    const known = rows.find(({ key }) => key === rev);
    const others = rows.filter(({ key }) => key !== rev).map((row) => ({ ...row, ...parseUpload(row.key, row) }));
    const [oldest] = others.toSorted((a, b) => (a.value?.begunAt ?? 0) - (b.value?.begunAt ?? 0));
    const leaving = others.length >= limits.uploadsPerMachineMax ? oldest : undefined;
    const name = uploadName(rev);
    const commit = {
      expect: [{ row: name, version: known?.version ?? 0 }, ...(leaving === undefined ? [] : [expected(leaving)])],
      put: [uploads.put(rev, { begunAt: store.now(), isComplete: false })],
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
    const { value, version } = parseUpload(rev, await store.row(shard, name.table, name.key));
    if (value === undefined) return { result: false };
    const put = [uploads.put(rev, { ...value, isComplete: true })];
    return { result: true, commit: { expect: [{ row: name, version }], put } };
  });
  if (isKnown) return;
  await store.dropPieces(shard, rev);
  throw new Problem('offset-wrong', undefined, { offset: 0 });
}

/** Forgets the bodies that no document has named for long, well before the store drops their pieces by itself: what is noted as complete has all of them. */
export async function forgetOldUploads(store: Store, machine: string): Promise<void> {
  const shard = machineShard(machine);
  for (const row of await store.list(shard, uploads.name, undefined, limits.uploadsPerMachineMax + 1)) {
    const { value, version } = parseUpload(row.key, row);
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
