/** Derives the specs of a machine once for all screens, and incrementally: a saved file regroups one spec. Documents are read as they lie below the store, because a proxy over every field of thousands of them takes seconds on a phone. */
import { $TRACK, type Accessor, createContext, createMemo, mapArray, untrack, useContext } from 'solid-js';
import { unwrap } from 'solid-js/store';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { inOrder, type Spec, specOf } from './spec-groups.ts';

/** Filled in once, by App.tsx. */
export const SpecsContext = createContext<Accessor<readonly Spec[]>>();

type Documents = Readonly<Record<string, Document>>;

/** The specs of a store's documents, below a Solid root. `group` makes a spec of the documents of a folder. */
export function createMachineSpecs(documents: () => Documents, group = specOf): Accessor<readonly Spec[]> {
  const members = createMemo(() => membersOf(documents()));
  const specs = createMemo(
    mapArray(
      () => [...members().keys()],
      (name) =>
        createSpec(
          () => members().get(name),
          (key) => untrack(() => documents()[key]),
          group,
        ),
    ),
  );
  return createMemo(() => inOrder(specs().flatMap((spec) => spec() ?? [])));
}

interface Members {
  readonly folder: string;
  readonly keys: string[];
  /** Below the store. */
  readonly documents: Document[];
}

/** The documents of each spec's folder: anew when documents come or go, not when one changes. */
function membersOf(documents: Documents): ReadonlyMap<string, Members> {
  const groups = new Map<string, Members>();
  const raw = unwrap(documents);
  for (const key of Object.keys(documents)) {
    const document = raw[key];
    const folder = document && folderOf(document);
    if (document === undefined || folder === undefined) continue;
    const name = `${document.project}\n${folder}`;
    const group = groups.get(name) ?? { folder, keys: [], documents: [] };
    groups.set(name, group);
    group.keys.push(key);
    group.documents.push(document);
  }
  return groups;
}

/** One spec. The object stays the same while none of its documents changes, so that its elements, such as an open sheet, stay. */
function createSpec(
  members: () => Members | undefined,
  shownAt: (key: string) => Document | undefined,
  group: typeof specOf,
) {
  const own = createMemo(members, undefined, { equals: haveSame });
  return createMemo(() => {
    const { folder, keys, documents } = own() ?? { folder: '', keys: [], documents: [] };
    const shown = new Map(documents.map((document, at) => [document, shownAt(keys[at] ?? '') ?? document]));
    for (const document of shown.values()) track(document);
    const spec = group(folder, documents);
    const show = (document: Document) => shown.get(document) ?? document;
    // Screens follow the documents of a spec field by field.
    return spec && { ...spec, main: show(spec.main), documents: spec.documents.map(show) };
  });
}

function haveSame(a: Members | undefined, b: Members | undefined): boolean {
  return (
    a?.documents.length === b?.documents.length && (a?.documents.every((one, at) => one === b?.documents[at]) ?? true)
  );
}

/** Follows every field of a document by one node. */
function track(document: Document & { readonly [$TRACK]?: unknown }): void {
  void document[$TRACK];
}

/** All specs of the machine that is shown; below App.tsx only. */
export function useSpecs(): Accessor<readonly Spec[]> {
  const specs = useContext(SpecsContext);
  if (specs === undefined) throw new TypeError('useSpecs() is called outside App');
  return specs;
}
