/** What the relay holds of the machines' files, as people read it: lists with filters, one document, bodies, a snapshot. */
import { documentKey } from '#contract/document-key.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { decodeAfter, encodeAfter } from '../../store/page.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { itemText } from '../feeds/blocks.ts';
import { openCopy } from '../queries/copy.ts';
import type { BodyFound, Documents, Machines, Page, PageRequest, Serialised } from '../relay.ts';
import { documentTable, EVENTS } from '../rows.ts';
import { openWaiter } from '../waiter.ts';
import { documentOf, readDocumentRow } from './document-row.ts';
import {
  createDocumentTables,
  type DocumentEntry,
  type DocumentTable,
  type DocumentTables,
  eachDocument,
  namesOf,
} from './document-tables.ts';
import { compileFilter } from './filter.ts';

/** Rows looked at for one page, so that a filter that matches nothing does not read a whole machine at once. */
const SCAN_MAX = 5000;

async function* eachMachine(machines: Machines, organisation: string): AsyncIterable<Machine> {
  let next: { readonly after?: string } | undefined = {};
  while (next !== undefined) {
    const page: Page<Machine> = await machines.list(organisation, { limit: MACHINES_AT_ONCE, ...next });
    yield* page.items;
    next = page.next === undefined ? undefined : { after: page.next };
  }
}

const MACHINES_AT_ONCE = 50;

/** Builds the people's side of documents. */
export function createDocuments(store: Store, machines: Machines): Documents {
  const tables = createDocumentTables(store);
  return {
    list: async (organisation, idOrName, filter, page) => {
      const machine = await machines.get(organisation, idOrName);
      const matches = compileFilter(filter);
      const wanted = filter.project === undefined ? {} : { project: resolveProject(machine, filter.project) };
      const textOf: TextOf = (entry, _project, names) => (matches(entry, names) ? entry.json : undefined);
      return listDocuments(store, tables, machine, { ...page, ...wanted }, textOf);
    },
    get: async (organisation, idOrName, projectName, path) => {
      const machine = await machines.get(organisation, idOrName);
      const project = resolveProject(machine, projectName);
      const row = readDocumentRow(path, await store.row(machineShard(machine.id), documentTable(project), path));
      if (row === undefined) throw new Problem('document-unknown');
      const { rev, body } = row;
      const bytes = body === 'held' ? await store.blob(machineShard(machine.id), rev) : undefined;
      return { machine: machine.id, document: documentOf(row), ...(bytes === undefined ? {} : { body: bytes }) };
    },
    body: async (organisation, idOrName, rev) => {
      const machine = await machines.resolve(organisation, idOrName);
      const bytes = await store.blob(machineShard(machine), rev);
      if (bytes === undefined) throw new Problem('body-unknown');
      return bytes;
    },
    bodies: async (organisation, idOrName, revs, bytesMax) => {
      const machine = await machines.resolve(organisation, idOrName);
      return readBodies(store, machine, revs, bytesMax);
    },
    copy: async (organisation, idOrName, project) => {
      const machine = await machines.get(organisation, idOrName);
      return await openCopy(store, tables, machine, resolveProject(machine, project));
    },
    copies: async function* (organisation, kinds) {
      for await (const machine of eachMachine(machines, organisation))
        for (const project of machine.projects.filter(({ counts }) => kinds.some((kind) => (counts[kind] ?? 0) > 0)))
          yield { machine, project, copy: await openCopy(store, tables, machine, project.id) };
    },
    changes: async (organisation, idOrName) => {
      const shard = machineShard(await machines.resolve(organisation, idOrName));
      return openWaiter((wake) => [store.listen(shard, EVENTS, wake)]);
    },
    items: (machine, page) =>
      listDocuments(store, tables, machine, page, ({ path, json }, project) =>
        itemText('document', documentKey({ project, path }), json),
      ),
  };
}

/** The id of a project, by id or by a name that only one has. Throws Problem `project-unknown`, `project-ambiguous`. */
export function resolveProject({ projects }: Machine, idOrName: string): string {
  if (projects.some(({ id }) => id === idOrName)) return idOrName;
  const named = projects.filter(({ name }) => name === idOrName).map(({ id }) => id);
  const [id] = named;
  if (id === undefined) throw new Problem('project-unknown');
  if (named.length > 1) throw new Problem('project-ambiguous', undefined, { projects: named });
  return id;
}

/** What a list says of a document of a project; undefined leaves it out. */
type TextOf = (entry: DocumentEntry, project: string, names: () => string) => Serialised | undefined;

/** A page of the documents of all projects, or of one by its id. */
async function listDocuments(
  store: Store,
  tables: DocumentTables,
  machine: Machine,
  { limit, after, project: only }: PageRequest & { readonly project?: string },
  textOf: TextOf,
): Promise<Page<Serialised>> {
  const projects = only === undefined ? machine.projects.map(({ id }) => id) : [only];
  const [fromProject = '', fromPath = ''] = decodeAfter(after)?.split('\n') ?? [];
  const items: Serialised[] = [];
  let scanned = 0;
  for (const project of projects.toSorted().filter((id) => id >= fromProject)) {
    const start = project === fromProject ? fromPath : '';
    const fillsPage: Test = (entry, names) => {
      const text = textOf(entry, project, names);
      if (text !== undefined) items.push(text);
      scanned++;
      return items.length === limit || scanned === SCAN_MAX;
    };
    const table = await tables.of(machine.id, project);
    const last =
      table === undefined
        ? await readUntil(eachDocument(store, machine.id, project, start), fillsPage)
        : scanUntil(table, start, fillsPage);
    if (last !== undefined) return { items, next: encodeAfter(documentKey({ project, path: last.path })) };
  }
  return { items };
}

type Test = (entry: DocumentEntry, names: () => string) => boolean;

/** The first document behind `start` for which the test holds. */
function scanUntil(table: DocumentTable, start: string, test: Test): DocumentEntry | undefined {
  for (let at = placeAfter(table, start); at < table.entries.length; at++) {
    const entry = table.entries[at];
    if (entry !== undefined && test(entry, () => table.names()[at] ?? '')) return entry;
  }
  return undefined;
}

/** The same in a table that is read in pieces. */
async function readUntil(entries: AsyncIterable<DocumentEntry>, test: Test): Promise<DocumentEntry | undefined> {
  for await (const entry of entries) if (test(entry, () => namesOf(entry))) return entry;
  return undefined;
}

/** Index of the first document behind a path, in the order of UTF-8 bytes. */
function placeAfter({ entries }: DocumentTable, path: string): number {
  if (path === '') return 0;
  const wanted = Buffer.from(path);
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Buffer.compare(Buffer.from(entries[middle]?.path ?? ''), wanted) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

async function readBodies(
  store: Store,
  machine: string,
  revs: readonly string[],
  bytesMax: number,
): Promise<readonly BodyFound[]> {
  const found: BodyFound[] = [];
  let left = bytesMax;
  for (const rev of new Set(revs)) {
    const bytes = await store.blob(machineShard(machine), rev);
    if (bytes === undefined || bytes.length > left) continue;
    left -= bytes.length;
    found.push({ rev, bytes });
  }
  return found;
}
