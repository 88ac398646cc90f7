/** Takes several decisions back. */
import { prepareAll } from '../../approvals/many.ts';
import { prepareReopening } from '../../approvals/reopen.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalReopenMany: CommandHandler<'approval-reopen-many'> = async ({ items }, { project, perform }) => {
  const { effects, results, ...sorted } = await prepareAll(items, ({ approval, ifRev }) =>
    prepareReopening(project, approval, ifRev),
  );
  const result = { ...sorted, reopened: results };
  if (effects.length > 0) await perform(effects, result);
  return result;
};
