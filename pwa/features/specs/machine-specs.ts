/** Derives the specs of a machine once for all screens, and incrementally: a saved file regroups one spec. */
import { type Accessor, createContext, createMemo, mapArray, useContext } from 'solid-js';
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
      (key) => createSpec(documents, () => members().get(key), group),
    ),
  );
  return createMemo(() => inOrder(specs().flatMap((spec) => spec() ?? [])));
}

interface Members {
  readonly folder: string;
  /** Keys of its documents. */
  readonly keys: readonly string[];
}

/** The documents of each spec's folder. Reads only fields of a document that a save does not change, so that a save does not regroup all. */
function membersOf(documents: Documents): ReadonlyMap<string, Members> {
  const groups = new Map<string, { folder: string; keys: string[] }>();
  for (const [key, document] of Object.entries(documents)) {
    const folder = folderOf(document);
    if (folder === undefined) continue;
    const name = `${document.project}\n${folder}`;
    const known = groups.get(name);
    if (known === undefined) groups.set(name, { folder, keys: [key] });
    else known.keys.push(key);
  }
  return groups;
}

/** One spec. The object stays the same while its content is the same, so that its elements, such as an open sheet, stay. */
function createSpec(documents: () => Documents, members: () => Members | undefined, group: typeof specOf) {
  const own = createMemo(members, undefined, { equals: (a, b) => a?.keys.join('\n') === b?.keys.join('\n') });
  const held = createMemo<{ readonly spec: Spec; readonly text: string } | undefined>((before) => {
    const { folder, keys } = own() ?? { folder: '', keys: [] };
    const all = documents();
    const spec = group(
      folder,
      keys.flatMap((key) => all[key] ?? []),
    );
    const text = spec && say(spec);
    return spec === undefined || text === undefined ? undefined : before?.text === text ? before : { spec, text };
  });
  return () => held()?.spec;
}

/** A copy of what a spec shows, because its documents change in place. */
function say({ main, documents, ...rest }: Spec): string {
  return JSON.stringify([rest, documents.map(({ path, rev, title, meta, body }) => [path, rev, title, meta, body])]);
}

/** All specs of the machine that is shown; below App.tsx only. */
export function useSpecs(): Accessor<readonly Spec[]> {
  const specs = useContext(SpecsContext);
  if (specs === undefined) throw new TypeError('useSpecs() is called outside App');
  return specs;
}
