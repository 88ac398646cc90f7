/** Comparing, page by page, what a machine and the relay hold: what is beyond the machine's is dropped, what is missing or other is wanted. */
import type { ManifestAnswer } from '#contract/bridge.ts';
import type { ManifestPage } from '#contract/delta.ts';
import { documentKey } from '#contract/document-key.ts';
import { limits } from '#contract/limits.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { tellOf, toTell } from '../machines/tell.ts';
import { toNotice } from '../notices.ts';
import type { Bare } from '../relay.ts';
import { checkEpoch, documentTable, readMachine, replace, SYNC, type SyncRow } from '../rows.ts';
import { applyOps, type DocumentPlace } from './apply-ops.ts';
import { type DocumentRow, readDocumentRow } from './document-row.ts';
import { toCommit } from './ingest.ts';

const ROWS_PER_READ = 1000;

interface StoredDocument {
  readonly place: DocumentPlace;
  readonly row: DocumentRow;
}

/** Takes a page. Throws Problem `superseded`, `resync`, `machine-removed`. */
export async function compareManifest(
  store: Store,
  machine: string,
  page: ManifestPage,
): Promise<Bare<ManifestAnswer>> {
  const { sync } = await readMachine(store, machine);
  checkEpoch(page.epoch, sync.value);
  const held = await readRange(store, machine, sync.value, page);
  const told = new Map(page.entries.map((entry) => [documentKey({ project: entry[0], path: entry[1] }), entry]));
  const beyond = held.filter(({ place }) => !told.has(documentKey(place)));
  await drop(store, machine, page.epoch, beyond);
  const rows = new Map(held.map(({ place, row }) => [documentKey(place), row]));
  const want = [...told].flatMap(([key, [project, path, rev, describe]]): [string, string][] => {
    const row = rows.get(key);
    return row?.rev === rev && row.describe === describe ? [] : [[project, path]];
  });
  return { want };
}

/** The documents between `from` (exclusive) and `to` (inclusive) in the order of UTF-16, which is that of UTF-8 but for odd paths. */
async function readRange(store: Store, machine: string, sync: SyncRow, page: ManifestPage): Promise<StoredDocument[]> {
  const inRange = (key: string) => (page.from === null || key > page.from) && (page.to === null || key <= page.to);
  const [fromProject = '', fromPath = ''] = page.from?.split('\n') ?? [];
  const held: StoredDocument[] = [];
  for (const project of Object.keys(sync.counts).sort()) {
    if (project < fromProject) continue;
    const start = project === fromProject && !sync.oddPaths ? fromPath : '';
    for await (const { key, value } of eachRow(store, machine, project, start)) {
      const place = { project, path: key };
      const row = inRange(documentKey(place)) ? readDocumentRow(key, { value }) : undefined;
      if (row !== undefined) held.push({ place, row });
      else if (page.to !== null && documentKey(place) > page.to && !sync.oddPaths) return held;
    }
  }
  return held;
}

async function* eachRow(store: Store, machine: string, project: string, start: string) {
  let after: string | undefined = start;
  while (after !== undefined) {
    const rows = await store.list(machineShard(machine), documentTable(project), after, ROWS_PER_READ);
    yield* rows;
    after = rows.length < ROWS_PER_READ ? undefined : rows.at(-1)?.key;
  }
}

/** Deletes in batches, each document only while it is still the one that was compared. */
async function drop(store: Store, machine: string, epoch: number, beyond: readonly StoredDocument[]): Promise<void> {
  for (let start = 0; start < beyond.length; start += limits.ingestOpsMax) {
    const batch = beyond.slice(start, start + limits.ingestOpsMax);
    await untilDone(store, machineShard(machine), async () => {
      const { sync } = await readMachine(store, machine);
      checkEpoch(epoch, sync.value);
      const same = await unchanged(store, machine, batch);
      const ops = same.map(({ place }) => ({ op: { op: 'delete', ...place } as const }));
      const rows = new Map(same.map(({ place, row }) => [documentKey(place), row]));
      const now = store.now();
      const applied = applyOps(ops, { rows, whole: new Set() }, sync.value, now);
      const after = { ...sync.value, ...applied.sync };
      const notices = toNotice(applied.words, now);
      const commit = joined(toCommit(replace(SYNC, sync, after), applied, []), notices, { due: [toTell(now)] });
      return { result: undefined, commit };
    });
  }
  await tellOf(store, machine);
}

async function unchanged(
  store: Store,
  machine: string,
  batch: readonly StoredDocument[],
): Promise<readonly StoredDocument[]> {
  const names = batch.map(({ place }) => ({ table: documentTable(place.project), key: place.path }));
  const rows = await store.rows(machineShard(machine), names);
  return batch.filter(({ place, row }, index) => {
    const now = readDocumentRow(place.path, rows[index]);
    return now?.rev === row.rev && now.describe === row.describe;
  });
}
