/** Asks for an approval of a file. */
import { Problem } from '#contract/problems.ts';
import { baseOf, placeOf, prepareApproval, readWanted } from '../../approvals/create-approval.ts';
import type { Project } from '../../projects/project.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalCreate: CommandHandler<'approval-create'> = async (args, context) => {
  const { project, now, perform } = context;
  const { title, file, type, reason } = args;
  const read = await readWanted(context, file, args.checkout);
  const prepared = await prepareApproval({
    root: project.root,
    base: approvalBase(project, args),
    title,
    file: read,
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
    ...(read.checkout && { checkout: read.checkout }),
    ...(snapshot && { snapshot }),
    ...(snapshotProblem && { snapshotProblem }),
  };
  if (bytes !== undefined) await perform([{ is: 'write-file', path, before: null, bytes }], result);
  return result;
};

/** The folder whose `approvals/` is meant: that of the file's own format, else the only one. Throws `edit-refused` where it is not clear. */
function approvalBase(
  { layouts }: Project,
  { file, format }: { readonly file: string; readonly format?: string | undefined },
) {
  const named = layouts.filter((layout) => format === undefined || layout.format === format);
  const workflow = named
    .filter((layout) => layout.format !== 'lean-spec')
    .flatMap(({ folders }) => folders.slice(0, 1));
  const bases = workflow.length === 0 && named.length > 0 ? ['.lean-spec'] : workflow;
  const [first, ...others] = bases;
  if (first === undefined) throw new Problem('edit-refused', 'The project is not kept in that format.');
  const own = baseOf(bases, file);
  if (own === undefined && others.length > 0)
    throw new Problem('edit-refused', 'The project is kept in two formats that have approvals: name one as `format`.');
  return own ?? first;
}
