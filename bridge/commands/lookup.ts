/** Looks up the spec and document that a command names among the known ones. A path is never built from a name. */
import { createHash } from 'node:crypto';
import { folderRevText } from '#contract/document-key.ts';
import { Problem } from '#contract/problems.ts';
import { readAt } from '../files/read.ts';
import type { Project } from '../projects/project.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import type { Spec } from '../watch/specs.ts';

/** The spec with this folder (a path in the project), name or number. If several have it, the one that is not archived. Throws `spec-unknown`, `spec-ambiguous`. */
export function findSpec({ name: project, specs }: Project, name: string): Spec {
  const all = [...specs.called(name)];
  const named = all.filter(({ spec }) => spec === name);
  const found = named.length > 0 ? named : all;
  const active = found.filter(({ archived }) => !archived);
  const candidates = active.length === 1 ? active : found;
  const spec = specs.inFolder(name) ?? candidates[0];
  if (spec === undefined) throw new Problem('spec-unknown', `There is no spec "${name}" in ${project}.`);
  if (spec.folder !== name && candidates.length > 1)
    throw new Problem('spec-ambiguous', `"${name}" could be ${candidates.map(({ folder }) => folder).join(', ')}.`);
  return spec;
}

/** A document of a spec by its name in the folder. Throws `document-unknown`. */
export function findDocument(spec: Spec, name: string): IndexedDocument {
  const found = spec.documents.get(`${spec.folder}/${name}`);
  if (found === undefined) throw new Problem('document-unknown', `There is no ${name} in ${spec.folder}.`);
  return found;
}

/** The main file of a LeanSpec spec. Throws `edit-refused` for a spec of another format, `document-unknown` if it is gone. */
export function mainDocument(spec: Spec): IndexedDocument {
  if (spec.format !== 'lean-spec')
    throw new Problem(
      'edit-refused',
      `A spec of ${spec.format} has no metadata of its own; its state follows from its tasks.`,
    );
  if (spec.main === undefined) throw new Problem('document-unknown', `${spec.folder} has no main file.`);
  return spec.main;
}

/** The folder rev of a spec, from its known documents on the disk. */
export async function folderRevOnDisk(
  project: Project,
  spec: { readonly documents: { keys(): Iterable<string> } },
): Promise<string> {
  const found = await Promise.all(
    [...spec.documents.keys()].map(async (path) => ({ path, read: await readAt(project.root, path) })),
  );
  for (const { path, read } of found)
    if (read.is === 'hidden') throw new Problem('file-failed', `The bridge cannot read "${path}": ${read.why}.`);
  return folderRev(
    found.flatMap(({ path, read }) => (read.is === 'file' && 'rev' in read ? [{ path, rev: read.rev }] : [])),
  );
}

/** The folder rev of documents. */
export function folderRev(documents: readonly { readonly path: string; readonly rev: string }[]): string {
  return createHash('sha256').update(folderRevText(documents)).digest('hex');
}
