/** Large bodies, uploaded in pieces: added, checked as a whole, and then held by every document that waits for them. */
import type { BlobAnswer } from '#contract/bridge.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { blockOf, putItem } from '../feeds/blocks.ts';
import type { Bare, PieceRange } from '../relay.ts';
import { documentTable, EVENTS, parseRecord, parseSync, RECORD, replace, SYNC } from '../rows.ts';
import { type DocumentRow, formatDocumentRow, readDocumentRow, withBody } from './document-row.ts';
import { sha256 } from './parse-ops.ts';
import { beginUpload, completeUpload, dropUpload, parseUpload, uploadName } from './uploads.ts';

/** Takes a piece. Throws as `BridgeSide.blob` says. */
export async function takePiece(
  store: Store,
  machine: string,
  rev: string,
  place: PieceRange,
  bytes: Uint8Array,
): Promise<Bare<BlobAnswer>> {
  checkPlace(place, bytes.length);
  const shard = machineShard(machine);
  const [record, row] = await store.rows(shard, [RECORD, uploadName(rev)]);
  parseRecord(record);
  if (parseUpload(rev, row).value?.isComplete) return { offset: place.size, done: true };
  if ((await store.whole(shard, [rev])).has(rev)) {
    await tellHolders(store, machine, rev);
    return { offset: place.size, done: true };
  }
  if (place.offset === 0) await beginUpload(store, machine, rev);
  const there = await store.addPiece(shard, rev, place.offset, bytes);
  if (there !== place.offset + bytes.length) throw new Problem('offset-wrong', undefined, { offset: there });
  if (there < place.size) return { offset: there, done: false };
  // Once for a body, however many pieces it came in.
  if (sha256(await store.pieces(shard, rev)) !== rev) {
    await dropUpload(store, machine, rev);
    throw new Problem('digest-mismatch');
  }
  await completeUpload(store, machine, rev);
  await tellHolders(store, machine, rev);
  return { offset: there, done: true };
}

/** Small pieces cost more than they carry: only the last one may be below the least. */
function checkPlace({ offset, size }: PieceRange, length: number): void {
  if (size > limits.documentBodyBytesMax)
    throw new Problem('body-too-large', undefined, { limit: limits.documentBodyBytesMax });
  const isLast = offset + length === size;
  if (offset + length > size || (!isLast && length < limits.blobPieceBytesMin))
    throw new Problem('parameter-invalid', 'A piece ends within the body, and only the last one is small', {
      pointer: '/size',
    });
}

/** Seals the pieces where a document waits for them, and tells people of each. Where none does, the pieces wait for `ingest`. */
async function tellHolders(store: Store, machine: string, rev: string): Promise<void> {
  const shard = machineShard(machine);
  await untilDone(store, shard, async () => {
    // Each ingest changes this row: a document that begins to wait now makes the commit fail, and is seen the next time.
    const sync = parseSync(await store.row(shard, SYNC.table, SYNC.key));
    const waiting = (await readHolders(store, shard, rev)).filter(
      ({ row }) => row.rev === rev && row.body === 'pending',
    );
    if (waiting.length === 0) return { result: undefined };
    const { expect, put } = replace(SYNC, sync, sync.value);
    const now = store.now();
    const commit = {
      expect: [expect],
      seal: [rev],
      delete: [uploadName(rev)],
      put: [put, ...waiting.map(({ name, row }) => ({ ...name, value: formatDocumentRow(withBody(row, 'held')) }))],
      append: blockOf(
        waiting.map(({ project, name, row }) =>
          putItem('document', documentKey({ project, path: name.key }), now, withBody(row, 'held').json),
        ),
      ),
      signal: [EVENTS],
    };
    return { result: undefined, commit };
  });
}

interface Holder {
  readonly project: string;
  readonly name: { readonly table: string; readonly key: string };
  readonly row: DocumentRow;
}

async function readHolders(store: Store, shard: string, rev: string): Promise<readonly Holder[]> {
  const places = (await store.holders(shard, rev)).map((holder) => {
    const end = holder.indexOf('\n');
    const project = holder.slice(0, end);
    return { project, name: { table: documentTable(project), key: holder.slice(end + 1) } };
  });
  const rows = await store.rows(
    shard,
    places.map(({ name }) => name),
  );
  return places.flatMap((place, index) => {
    const row = readDocumentRow(place.name.key, rows[index]);
    return row === undefined ? [] : [{ ...place, row }];
  });
}
