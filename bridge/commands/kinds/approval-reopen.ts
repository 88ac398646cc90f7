/** Takes a decision back. */
import { isPending } from '#contract/approvals/approval.ts';
import { Problem } from '#contract/problems.ts';
import { reopenedText } from '../../approvals/approval-text.ts';
import { readApproval } from '../../approvals/read-approval.ts';
import { writeBytes } from '../edit-document.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalReopen: CommandHandler<'approval-reopen'> = async ({ approval: name, added = [] }, context) => {
  const { id, path, rev, bytes, fields, said } = await readApproval(context.project, name);
  if (context.ifRev !== rev) throw new Problem('conflict', undefined, { currentRev: rev });
  if (isPending(said.status)) throw new Problem('edit-refused', 'The approval waits already.');
  const text = new TextEncoder().encode(reopenedText(fields, added));
  return await writeBytes(context, { path, before: bytes, bytes: text }, (now) => ({ approval: id, path, rev: now }));
};
