/** Archives and unarchives a spec: the common code of spec-archive and spec-unarchive. */
import { isPending } from '#contract/approvals/approval.ts';
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import { editSpec } from '../formats/lean-spec-edit.ts';
import type { Project } from '../projects/project.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';
import { copyOf, type Spec } from '../watch/specs.ts';
import { changeText } from './edit-document.ts';
import type { CommandContext } from './handler.ts';
import { findSpec, folderRev, folderRevOnDisk, mainDocument } from './lookup.ts';

/** Archives or unarchives a spec, guarded by its folder rev. Throws `conflict` with the current folder rev as `currentRev`. */
export async function setArchived(
  context: CommandContext,
  { spec: name, force }: Pick<ArgsOf<'spec-archive'>, 'spec' | 'force'>,
  archived: boolean,
): Promise<ResultOf<'spec-archive'>> {
  const { project } = context;
  const spec = copyOf(findSpec(project, name));
  const before = await folderRevOnDisk(project, spec);
  if (before !== context.ifRev)
    throw new Problem('conflict', 'Something in the folder of the spec has changed.', { currentRev: before });
  const to = newFolder(project, spec, archived);
  if (to === spec.folder) return await setStatus(context, spec, archived);
  const pending = pendingApprovals(project, spec);
  if (pending > 0 && force !== true)
    throw new Problem(
      'edit-refused',
      `Approvals of its documents are pending: ${pending}. Decide them first; their agents would not find the file.`,
    );
  return await move(context, spec, to, pending);
}

/** The folder's new path; its current path if only the status changes. */
function newFolder(project: Project, spec: Spec, archived: boolean): string {
  if (spec.format !== 'lean-spec') {
    if (spec.archived === archived)
      throw new Problem('edit-refused', archived ? 'The spec is archived already.' : 'The spec is not archived.');
    const base = spec.folder.split('/')[0] ?? '';
    return archived ? `${base}/archive/specs/${spec.spec}` : `${base}/specs/${spec.spec}`;
  }
  const parent = spec.folder.slice(0, -spec.spec.length - 1);
  if (!archived) return spec.archived ? `${parent.replace(/\/archived(\/.*)?$/, '')}/${spec.spec}` : spec.folder;
  const keepsArchive = [...project.specs.all()].some((other) => other.archived && other.format === 'lean-spec');
  return keepsArchive && !spec.archived ? `${parent}/archived/${spec.spec}` : spec.folder;
}

/** How many approvals wait for a decision on a document of the spec. */
function pendingApprovals({ documents }: Project, { folder }: Spec): number {
  const isOfSpec = ({ meta: { status, file } }: IndexedDocument) =>
    isPending(String(status)) && String(file).startsWith(`${folder}/`);
  return [...documents.ofKind('approval')].filter(isOfSpec).length;
}

/** LeanSpec's way: sets the status. The guard was the folder's rev, so the file's rev is compared here. */
async function setStatus(context: CommandContext, spec: Spec, archived: boolean): Promise<ResultOf<'spec-archive'>> {
  const { path } = mainDocument(spec);
  const revAfter = (rev: string) =>
    folderRev([...spec.documents.values()].map((document) => (document.path === path ? { path, rev } : document)));
  return await changeText({ ...context, ifRev: undefined }, path, (before) => {
    const { text, undo } = editSpec(before, { status: archived ? 'archived' : 'complete' }, context.now);
    const resultAt = (rev: string) => ({
      spec: spec.spec,
      from: spec.folder,
      to: spec.folder,
      folderRev: revAfter(rev),
      // The documents stay where they are.
      pendingApprovals: 0,
      ...(undo.length === 0 ? {} : { undo: { rev, edits: [...undo] } }),
    });
    return { text, resultAt };
  });
}

async function move(
  context: CommandContext,
  spec: Spec,
  to: string,
  pending: number,
): Promise<ResultOf<'spec-archive'>> {
  const moved = [...spec.documents.values()].map(({ path, rev }) => ({
    path: to + path.slice(spec.folder.length),
    rev,
  }));
  const result = { spec: spec.spec, from: spec.folder, to, folderRev: folderRev(moved), pendingApprovals: pending };
  await context.perform([{ is: 'move-folder', from: spec.folder, to }], result);
  return result;
}
