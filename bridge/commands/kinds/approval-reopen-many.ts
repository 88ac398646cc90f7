/** Takes several decisions back. */
import { doEach } from '../../approvals/many.ts';
import { prepareReopening } from '../../approvals/reopen.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalReopenMany: CommandHandler<'approval-reopen-many'> = async ({ items }, context) => {
  const { results, ...sorted } = await doEach(items, context, ({ approval, ifRev }) =>
    prepareReopening(context, approval, ifRev),
  );
  return { ...sorted, reopened: results };
};
