/** The specs of a project, from its documents: which folders are specs, and which spec a name means. Pure; the bridge's own index (`bridge/projects/specs.ts`) answers the same for commands. */
import type { Document } from './document.ts';
import { folderOf } from './document-key.ts';
import { Problem } from './problems.ts';

/** What is needed of a document to tell its spec. */
type Described = Pick<Document, 'path' | 'kind' | 'spec' | 'meta'>;

/** A spec: the documents of one folder. */
export interface SpecFolder<Kept extends Described = Document> {
  /** Name of its folder. */
  readonly name: string;
  readonly format: string;
  /** The folder in the project. */
  readonly folder: string;
  readonly archived: boolean;
  /** In the order of their paths. */
  readonly documents: readonly Kept[];
}

/** All specs, in the order of their folders. A folder of files alone is not a spec. */
export function specsOf<Kept extends Described>(documents: readonly Kept[]): readonly SpecFolder<Kept>[] {
  const byPath = documents.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const specs: SpecFolder<Kept>[] = [];
  for (const [folder, own] of Map.groupBy(byPath, folderOf)) {
    const main = own.find(({ kind }) => kind === 'spec') ?? own.find(({ kind }) => kind !== 'file');
    if (folder === undefined || main === undefined) continue;
    const { format } = main.meta;
    specs.push({
      name: main.spec ?? folder,
      format: typeof format === 'string' ? format : '',
      folder,
      archived: own.some(({ meta }) => meta.archived === true),
      documents: own,
    });
  }
  return specs;
}

/** The spec with this folder (a path in the project), name or number. If several have it, the one that is not archived. Throws `spec-unknown`, `spec-ambiguous`. */
export function findSpecOf<Kept extends Described>(
  documents: readonly Kept[],
  name: string,
  project: string,
): SpecFolder<Kept> {
  const all = specsOf(documents);
  const inFolder = all.find(({ folder }) => folder === name);
  if (inFolder !== undefined) return inFolder;
  const named = all.filter((spec) => spec.name === name);
  const found = named.length > 0 ? named : all.filter((spec) => /^(\d+)-/.exec(spec.name)?.[1] === name);
  const active = found.filter(({ archived }) => !archived);
  const candidates = active.length === 1 ? active : found;
  const [spec] = candidates;
  if (spec === undefined) throw new Problem('spec-unknown', `There is no spec "${name}" in ${project}.`);
  if (candidates.length > 1)
    throw new Problem('spec-ambiguous', `"${name}" could be ${candidates.map(({ folder }) => folder).join(', ')}.`);
  return spec;
}
