/** A project as the relay holds it, for the kinds of queries that can be answered without the machine. */
import { createHash } from 'node:crypto';
import type { BodyRead } from '#contract/copy.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { documentOf, readDocumentRow } from '../documents/document-row.ts';
import type { DocumentTables } from '../documents/document-tables.ts';
import { readRecords } from '../records/records.ts';
import type { CopyHeld } from '../relay.ts';
import { documentTable, parseSync, SYNC } from '../rows.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The exact text of a body, or base64 where its bytes are not UTF-8. */
export function readBody(bytes: Uint8Array): BodyRead {
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}

/** What is held of a machine's project; undefined while it is not all that the machine has. */
export async function openCopy(
  store: Store,
  tables: DocumentTables,
  { id, version, lastSeenAt, projects }: Machine,
  project: string,
): Promise<CopyHeld | undefined> {
  const shard = machineShard(id);
  const { step } = parseSync(await store.row(shard, SYNC.table, SYNC.key)).value;
  const announced = projects.find((each) => each.id === project);
  if (step.is !== 'level' || announced === undefined || version === undefined || lastSeenAt === undefined)
    return undefined;
  const document = async (path: string) => {
    const row = readDocumentRow(path, await store.row(shard, documentTable(project), path));
    return row && documentOf(row);
  };
  return {
    project: announced,
    version,
    asOf: lastSeenAt,
    document,
    documents: async () => {
      if (announced.documents > limits.copyDocumentsMax) return undefined;
      return (await tables.of(id, project))?.entries.map(documentOf);
    },
    read: async (path) => {
      const found = await document(path);
      if (found?.body !== 'held') return undefined;
      const { rev, size, mtime } = found;
      const bytes = await store.blob(shard, rev);
      return bytes && { path, rev, size, mtime, ...readBody(bytes) };
    },
    records: async (kind) =>
      [...(await readRecords(store, shard)).values()].filter(
        (record) => record.kind === kind && record.project === project,
      ),
    revOf: async (text) => createHash('sha256').update(text).digest('hex'),
  };
}
