/** The documents that count as this machine's: those of its projects, and what projects had and was not found yet. */
import { documentPlace } from '#contract/document-key.ts';
import type { HeldPaths } from '../packed/held.ts';
import type { ManifestDocument } from '../sync/digest.ts';
import type { OwnDocuments } from '../sync/sides.ts';
import type { ProjectWatch } from '../watch/project-watch.ts';

/** By id of their project. No path is in both. */
interface Sources {
  readonly watches: ReadonlyMap<string, Pick<ProjectWatch, 'project'>>;
  readonly last: ReadonlyMap<string, HeldPaths>;
}

export function createOwnDocuments({ watches, last }: Sources): OwnDocuments {
  const sizeOf = (id: string) => (watches.get(id)?.project.documents.size ?? 0) + (last.get(id)?.size ?? 0);
  const ids = () => [...new Set([...watches.keys(), ...last.keys()])];
  return {
    size: () => ids().reduce((sum, id) => sum + sizeOf(id), 0),
    heldAt: (key) => {
      const { project, path } = documentPlace(key);
      return watches.get(project)?.project.documents.heldAt(path) ?? last.get(project)?.heldAt(path);
    },
    sorted: function* () {
      for (const id of ids().sort()) yield* heldIn({ watches, last }, id);
    },
  };
}

/** What counts of one project, in the order of the paths. */
export function* heldIn({ watches, last }: Sources, id: string): Generator<ManifestDocument> {
  const before = last.get(id);
  const documents = watches.get(id)?.project.documents;
  for (const path of inOrder(documents?.sorted() ?? [], before?.sorted() ?? [])) {
    const held = documents?.heldAt(path) ?? before?.heldAt(path);
    if (held !== undefined) yield { project: id, path, ...held };
  }
}

/** The texts of two lists that are in order, in order. */
function* inOrder(one: Iterable<string>, other: Iterable<string>): Generator<string> {
  const rest = other[Symbol.iterator]();
  let next = rest.next();
  for (const text of one) {
    for (; !next.done && next.value < text; next = rest.next()) yield next.value;
    if (!next.done && next.value === text) next = rest.next();
    yield text;
  }
  for (; !next.done; next = rest.next()) yield next.value;
}
