/** The texts that a search finds, each with the line of its hit. */
import { createEffect, createMemo, createSignal, For, onCleanup, Show } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machinesOf, machinesWithDocuments } from '../../state/facts/sorts.ts';
import { metaOf } from '../document-meta.ts';
import type { PaletteEntry, UsePalette } from '../place.ts';
import type { Hit } from './hit.ts';
import { searchWorker } from './running.ts';
import type { SearchAnswer, SearchDocument, SearchHit, SearchRequest } from './search-worker.ts';

interface Place {
  readonly machine: string;
  readonly document: Document;
}

export const usePalette: UsePalette = (words) => {
  const { state } = useApp();
  const [hits, setHits] = createSignal<readonly SearchHit[]>([], {
    // The same hits keep their elements, and with them the focus.
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const [share, setShare] = createSignal<{ readonly here: number; readonly of: number }>();
  const places = new Map<string, Place>();
  const worker = searchWorker();
  const post = (request: SearchRequest) => worker.postMessage(request);
  const wanted = () => words().trim();
  const hear = ({ data }: MessageEvent<SearchAnswer>) => {
    if (data.type === 'found') {
      if (data.words === wanted()) setHits(data.hits);
      return;
    }
    setShare(data);
    if (wanted() !== '') post({ type: 'find', words: wanted() });
  };
  worker.addEventListener('message', hear);
  onCleanup(() => worker.removeEventListener('message', hear));
  createEffect(() => {
    const documents: SearchDocument[] = [];
    for (const machine of machinesWithDocuments(state)) {
      // Followed by its share, which changes whenever a text comes.
      void state.bodiesHere[machine];
      const raw = unwrap(documentsOf(state, machine));
      for (const [key, document] of Object.entries(raw)) {
        const id = `${machine}\n${key}`;
        places.set(id, { machine, document });
        documents.push(searchDocument(id, machine, document));
      }
    }
    post({ type: 'documents', documents });
  });
  createEffect(() => {
    if (wanted() === '') setHits([]);
    else post({ type: 'find', words: wanted() });
  });
  return {
    entries: createMemo(() =>
      inGroups(
        hits().flatMap(({ id, hit }) => {
          const place = places.get(id);
          return place === undefined ? [] : [entryOf(place, hit, () => machinesOf(state)[place.machine]?.name)];
        }),
      ),
    ),
    note: () => {
      const known = share();
      if (wanted() === '' || known === undefined || known.here === known.of) return;
      return `${known.here} of ${known.of} texts can be searched on this device`;
    },
  };
};

function searchDocument(id: string, machine: string, document: Document): SearchDocument {
  const meta = metaOf(document);
  return {
    id,
    machine,
    rev: document.rev,
    path: document.path,
    title: document.title ?? '',
    tags: meta.is === 'spec' ? meta.tags.join(' ') : '',
  };
}

/** The heads that they stand under, in this order. */
const groups = ['Approvals', 'Tasks', 'Implementation logs', 'Texts'] as const;

function groupOf({ kind }: Document): (typeof groups)[number] {
  if (kind === 'approval') return 'Approvals';
  if (kind === 'tasks') return 'Tasks';
  return kind === 'implementation-log' ? 'Implementation logs' : 'Texts';
}

function inGroups(entries: readonly PaletteEntry[]): readonly PaletteEntry[] {
  return groups.flatMap((group) => entries.filter((entry) => entry.group === group));
}

function entryOf(
  { machine, document }: Place,
  hit: Hit | undefined,
  machineName: () => string | undefined,
): PaletteEntry {
  const { path } = document;
  const meta = metaOf(document);
  // The JSON of an approval is nothing to read: what became of it is.
  const shown = meta.is === 'approval' ? undefined : hit;
  const said = meta.is === 'approval' ? (meta.status ?? 'unknown') : path;
  return {
    href: hrefOf({ machine, document }, hit),
    group: groupOf(document),
    label: document.title ?? path,
    detail: () => (
      <small class="soft">
        <Show when={shown} fallback={`${said} · ${machineName() ?? ''}`}>
          {(found) => <HitLine hit={found()} />}
        </Show>
      </small>
    ),
  };
}

/** Where a text is read: an approval in its review, a document of a spec with it, each other one by itself. */
function hrefOf({ machine, document }: Place, hit: Hit | undefined): string {
  const folder = folderOf(document);
  const { project, path, kind } = document;
  const find = hit?.parts.flatMap(({ text, marked }) => (marked ? text : [])).join(' ') ?? '';
  if (kind === 'approval') return hrefTo({ machine, project, place: 'approval', item: path });
  if (folder === undefined) return hrefTo({ machine, project, place: 'document', item: path, query: { find } });
  const query = kind === 'spec' ? { find } : { doc: path, find };
  return hrefTo({ machine, project, place: 'spec', item: folder, query });
}

function HitLine(props: { hit: Hit }) {
  return (
    <>
      <Show when={props.hit.heading}>{(heading) => <>{heading()}: </>}</Show>
      <For each={props.hit.parts}>{(part) => (part.marked ? <mark>{part.text}</mark> : part.text)}</For>
    </>
  );
}
