/** Asks for an approval of a file. */
import { Problem } from '#contract/problems.ts';
import { placeOf, prepareApproval } from '../../approvals/create-approval.ts';
import type { Project } from '../../project.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalCreate: CommandHandler<'approval-create'> = async (args, { project, now, perform }) => {
  const { title, file, type, reason, format } = args;
  const prepared = await prepareApproval({
    root: project.root,
    base: approvalBase(project, format),
    title,
    file,
    type,
    ...placeOf(file, args),
    reason,
    now,
  });
  const { id, path, rev, bytes, snapshot, snapshotProblem } = prepared;
  const result = {
    approval: id,
    path,
    rev,
    reused: bytes === undefined,
    ...(snapshot && { snapshot }),
    ...(snapshotProblem && { snapshotProblem }),
  };
  if (bytes !== undefined) await perform([{ is: 'write-file', path, before: null, bytes }], result);
  return result;
};

/** The folder whose `approvals/` is meant. Throws `edit-refused` where it is not clear. */
function approvalBase({ layouts }: Project, format: string | undefined): string {
  const named = layouts.filter((layout) => format === undefined || layout.format === format);
  const workflow = named.filter((layout) => layout.format !== 'lean-spec');
  const [layout, ...others] = workflow.length > 0 ? workflow : named;
  if (layout === undefined) throw new Problem('edit-refused', 'The project is not kept in that format.');
  if (others.length > 0)
    throw new Problem('edit-refused', 'The project is kept in two formats that have approvals: name one as `format`.');
  return layout.format === 'lean-spec' ? '.lean-spec' : (layout.folders[0] ?? '');
}
