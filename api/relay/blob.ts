/** Large bodies, uploaded in pieces: added, checked as a whole, and then held by every document that waits for them. */
import type { BlobAnswer } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { type DocumentRow, formatDocumentRow, parseDocumentRow, withBody } from './document-row.ts';
import { appended, bodyHeldEvent } from './events.ts';
import { sha256 } from './parse-ops.ts';
import type { Bare } from './relay.ts';
import {
  documentTable,
  EVENTS,
  emptySync,
  machineShard,
  parseRecord,
  parseRow,
  RECORD,
  replace,
  SYNC,
} from './rows.ts';

/** Takes a piece. Throws as `BridgeSide.blob` says. */
export async function takePiece(
  store: Store,
  machine: string,
  rev: string,
  offset: number,
  bytes: Uint8Array,
): Promise<Bare<BlobAnswer>> {
  const shard = machineShard(machine);
  parseRecord(await store.row(shard, RECORD.table, RECORD.key));
  const whole = await store.blob(shard, rev);
  if (whole !== undefined) {
    await tellHolders(store, machine, rev, []);
    return { offset: whole.length, done: true };
  }
  if (offset + bytes.length > limits.documentBodyBytesMax) {
    await store.dropPieces(shard, rev);
    throw new Problem('body-too-large', undefined, { limit: limits.documentBodyBytesMax });
  }
  const there = await store.addPiece(shard, rev, offset, bytes);
  if (there !== offset + bytes.length) throw new Problem('offset-wrong', undefined, { offset: there });
  if (sha256(await store.pieces(shard, rev)) === rev) {
    await tellHolders(store, machine, rev, [rev]);
    return { offset: there, done: true };
  }
  await checkLength(store, shard, rev, there);
  return { offset: there, done: false };
}

/** Seals the pieces, where there are any, and tells people of every document whose body has now arrived. */
async function tellHolders(store: Store, machine: string, rev: string, seal: readonly string[]): Promise<void> {
  const shard = machineShard(machine);
  await untilDone(store, shard, async () => {
    // Each ingest changes this row: a document that begins to wait now makes the commit fail, and is seen the next time.
    const sync = parseRow(await store.row(shard, SYNC.table, SYNC.key), emptySync);
    const waiting = (await readHolders(store, shard, rev)).filter(
      ({ row }) => row.rev === rev && row.body === 'pending',
    );
    if (waiting.length === 0 && seal.length === 0) return { result: undefined };
    const { expect, put } = replace(SYNC, sync, sync.value);
    const now = store.now();
    const commit = {
      expect: [expect],
      seal,
      put: [put, ...waiting.map(({ name, row }) => ({ ...name, value: formatDocumentRow(withBody(row, 'held')) }))],
      append: waiting.map(({ project, name }) => appended(bodyHeldEvent(machine, now, project, name.key, rev))),
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
    const row = rows[index];
    return row === undefined ? [] : [{ ...place, row: parseDocumentRow(row.value) }];
  });
}

/** As many bytes as the document has, and still another hash: the upload went wrong and starts again. */
async function checkLength(store: Store, shard: string, rev: string, length: number): Promise<void> {
  const sizes = (await readHolders(store, shard, rev)).map(({ row }) => row.size);
  if (length < Math.min(limits.documentBodyBytesMax, ...sizes)) return;
  await store.dropPieces(shard, rev);
  throw new Problem('digest-mismatch');
}
