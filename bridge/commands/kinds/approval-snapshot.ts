/** Keeps the text under review as it is now. */
import { Problem } from '#contract/problems.ts';
import { type Candidate, checkNotMissing, shownOf } from '../../approvals/checkouts.ts';
import { readApproval, readReviewed } from '../../approvals/read-approval.ts';
import type { Showable } from '../../approvals/reviewed-file.ts';
import { takeSnapshot } from '../../approvals/snapshots.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalSnapshot: CommandHandler<'approval-snapshot'> = async ({ approval: name, checkout }, context) => {
  const { project, now } = context;
  const found = await readApproval(project, name);
  const { id, path, fields, said } = found;
  const read = await readReviewed(context, found);
  const reviewed = 'candidates' in read ? textIn(read.path, read.candidates, checkout) : read;
  if ('why' in reviewed) throw new Problem('reviewed-file-unreadable', reviewed.why);
  const taken = await takeSnapshot({
    id: context.id,
    root: project.root,
    approval: { path, id, title: said.title ?? id },
    file: String(fields.filePath),
    bytes: reviewed.bytes,
    mtime: reviewed.mtime,
    trigger: 'manual',
    now,
  });
  return { approval: id, ...taken };
};

function textIn(
  path: string,
  candidates: readonly [Candidate, ...Candidate[]],
  checkout: string | undefined,
): Showable {
  const shown = shownOf(candidates, checkout);
  if (checkout === undefined) checkNotMissing(path, shown, candidates);
  return shown.text;
}
