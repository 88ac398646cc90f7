/** Looking up what a command names: projects, specs and documents are found among those that are known, never made from a name. */
import { createHash } from 'node:crypto';
import type { Format } from '#contract/document.ts';
import { folderRevText } from '#contract/document.ts';
import { Problem } from '#contract/problems.ts';
import type { IndexedDocument, Project } from '../project.ts';
import { readAt } from '../watch/read.ts';

/** A spec: the documents of one folder. */
export interface FoundSpec {
  readonly spec: string;
  readonly format: Format;
  readonly folder: string;
  readonly archived: boolean;
  readonly documents: readonly IndexedDocument[];
}

/** The project of that id, or of that name where only one has it. Throws `project-unknown`, `project-ambiguous`. */
export function findProject(projects: Iterable<Project>, idOrName: string): Project {
  const all = [...projects];
  const byId = all.find(({ id }) => id === idOrName);
  if (byId !== undefined) return byId;
  const [found, ...others] = all.filter(({ name }) => name === idOrName);
  if (found === undefined) throw new Problem('project-unknown', `There is no project "${idOrName}" on this machine.`);
  if (others.length > 0) throw new Problem('project-ambiguous', `Several projects are called "${idOrName}".`);
  return found;
}

/** Every spec of a project, by folder. */
export function specsOf(project: Project): FoundSpec[] {
  const folders = new Map<string, IndexedDocument[]>();
  for (const document of project.documents.values()) {
    const { folder } = document;
    if (folder !== undefined) folders.set(folder, [...(folders.get(folder) ?? []), document]);
  }
  return [...folders].flatMap(([folder, documents]) => {
    const [first] = documents;
    if (first?.spec === undefined) return [];
    const archived = documents.some(({ meta }) => meta.archived === true);
    return [{ spec: first.spec, format: first.format, folder, archived, documents }];
  });
}

/** The spec whose folder has that name, or that number where only one has it. Throws `spec-unknown`, `spec-ambiguous`. */
export function findSpec(project: Project, name: string): FoundSpec {
  const specs = specsOf(project);
  const named = specs.filter(({ spec }) => spec === name);
  const numbered = /^\d+$/.test(name) ? specs.filter(({ spec }) => /^(\d+)(?:-|$)/.exec(spec)?.[1] === name) : [];
  const found = named.length > 0 ? named : numbered;
  const [only] = found;
  if (only === undefined) throw new Problem('spec-unknown', `There is no spec "${name}" in ${project.name}.`);
  if (found.length > 1)
    throw new Problem('spec-ambiguous', `"${name}" could be ${found.map(({ folder }) => folder).join(', ')}.`);
  return only;
}

/** A document of a spec by its name in the folder. Throws `document-unknown`. */
export function findDocument(spec: FoundSpec, name: string): IndexedDocument {
  const found = spec.documents.find(({ path }) => path === `${spec.folder}/${name}`);
  if (found === undefined) throw new Problem('document-unknown', `There is no ${name} in ${spec.folder}.`);
  return found;
}

/** The main file of a LeanSpec spec. Throws `edit-refused` for a spec of another format, `document-unknown` where it is gone. */
export function mainDocument(spec: FoundSpec): IndexedDocument {
  if (spec.format !== 'lean-spec')
    throw new Problem(
      'edit-refused',
      `A spec of ${spec.format} has no metadata of its own; its state follows from its tasks.`,
    );
  const found = spec.documents.find(({ kind }) => kind === 'spec');
  if (found === undefined) throw new Problem('document-unknown', `${spec.folder} has no main file.`);
  return found;
}

/** The folder rev of a spec as its known documents are on the disk now. */
export async function folderRevOnDisk(project: Project, spec: FoundSpec): Promise<string> {
  const found = await Promise.all(
    spec.documents.map(async ({ path }) => ({ path, read: await readAt(project.root, path) })),
  );
  return folderRev(
    found.flatMap(({ path, read }) => (read.is === 'file' && 'rev' in read ? [{ path, rev: read.rev }] : [])),
  );
}

/** The folder rev of documents. */
export function folderRev(documents: readonly { readonly path: string; readonly rev: string }[]): string {
  return createHash('sha256').update(folderRevText(documents)).digest('hex');
}
