/** Removes an approval into the trash. */
import { isPending } from '#contract/approvals/approval.ts';
import { Problem } from '#contract/problems.ts';
import { readApproval } from '../../approvals/read-approval.ts';
import { trashedPath } from '../../files/trash.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalDelete: CommandHandler<'approval-delete'> = async ({ approval: name, withdraw }, context) => {
  const { project, ifRev, now, perform } = context;
  const { id, path, rev, said } = await readApproval(project, name);
  if (ifRev !== rev) throw new Problem('conflict', undefined, { currentRev: rev });
  if (isPending(said.status) && withdraw !== true)
    throw new Problem('edit-refused', 'An agent waits for this approval. To take the request back, send `withdraw`.');
  const trashed = trashedPath(path, now);
  const result = { approval: id, path, trashed };
  await perform([{ is: 'trash', from: path, to: trashed }], result);
  return result;
};
