/** What the relay holds of the machines' files, as people read it: lists with filters, one document, bodies, a snapshot. */
import type { Document } from '#contract/document.ts';
import { documentKey } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { parseDocumentRow } from './document-row.ts';
import { compileFilter } from './filter.ts';
import { liveCommands } from './list-commands.ts';
import { readPublic } from './machines.ts';
import { decodeAfter, encodeAfter } from './page.ts';
import type { BodyFound, DocumentFilter, Documents, Machines, Page, PageRequest, Serialised, Stream } from './relay.ts';
import { documentTable, machineShard } from './rows.ts';

/** Rows looked at for one page, so that a filter that matches nothing does not read a whole machine at once. */
const SCAN_MAX = 5000;
const ROWS_PER_READ = 500;

/** Builds the people's side of documents. */
export function createDocuments(store: Store, machines: Machines, stream: Stream): Documents {
  return {
    list: async (organisation, idOrName, filter, page) => {
      const machine = await machines.get(organisation, idOrName);
      return listDocuments(store, machine, filter, page);
    },
    get: async (organisation, idOrName, projectName, path) => {
      const machine = await machines.get(organisation, idOrName);
      const project = resolveProject(machine, projectName);
      const row = await store.row(machineShard(machine.id), documentTable(project), path);
      if (row === undefined) throw new Problem('document-unknown');
      const { rev, body, json } = parseDocumentRow(row.value);
      const bytes = body === 'held' ? await store.blob(machineShard(machine.id), rev) : undefined;
      const document: Document = JSON.parse(json);
      return { machine: machine.id, document, ...(bytes === undefined ? {} : { body: bytes }) };
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
    snapshot: async (reader, idOrName) => {
      const id = await machines.resolve(reader.organisation, idOrName);
      // First of all: what happens from here on comes again as an event, which changes nothing.
      const { offset } = await stream.read(reader, 'now');
      const machine = await readPublic(store, id);
      const documents: Serialised[] = [];
      for (const { id: project } of machine.projects) {
        for await (const { value } of eachDocument(store, id, project, ''))
          documents.push(parseDocumentRow(value).json);
      }
      return { handle: store.handle, offset, machine, documents, commands: await liveCommands(store, id) };
    },
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

async function listDocuments(
  store: Store,
  machine: Machine,
  filter: DocumentFilter,
  { limit, after }: PageRequest,
): Promise<Page<Serialised>> {
  const matches = compileFilter(filter);
  const projects =
    filter.project === undefined ? machine.projects.map(({ id }) => id) : [resolveProject(machine, filter.project)];
  const [fromProject = '', fromPath = ''] = decodeAfter(after)?.split('\n') ?? [];
  const items: Serialised[] = [];
  let scanned = 0;
  for (const project of projects.toSorted().filter((id) => id >= fromProject)) {
    const start = project === fromProject ? fromPath : '';
    for await (const { key, value } of eachDocument(store, machine.id, project, start)) {
      const row = parseDocumentRow(value);
      if (matches(row)) items.push(row.json);
      scanned++;
      if (items.length === limit || scanned === SCAN_MAX) {
        return { items, next: encodeAfter(documentKey({ project, path: key })) };
      }
    }
  }
  return { items };
}

async function* eachDocument(store: Store, machine: string, project: string, start: string) {
  let after: string | undefined = start;
  while (after !== undefined) {
    const rows = await store.list(machineShard(machine), documentTable(project), after, ROWS_PER_READ);
    yield* rows;
    after = rows.length < ROWS_PER_READ ? undefined : rows.at(-1)?.key;
  }
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
