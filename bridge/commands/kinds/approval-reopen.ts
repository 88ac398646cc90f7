/** Takes a decision back. */
import { prepareReopening } from '../../approvals/reopen.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalReopen: CommandHandler<'approval-reopen'> = async ({ approval, added }, context) => {
  const { effect, result } = await prepareReopening(context, approval, context.ifRev, added);
  await context.perform([effect], result);
  return result;
};
