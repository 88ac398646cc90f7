/** Decides several approvals in the same way. */
import { prepareDecision } from '../../approvals/decide.ts';
import { prepareAll } from '../../approvals/many.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalDecideMany: CommandHandler<'approval-decide-many'> = async (args, context) => {
  const { project, decision, response, items } = args;
  const { effects, results, ...sorted } = await prepareAll(items, ({ approval, ifRev, fileRev }) =>
    prepareDecision(
      context,
      { project, approval, decision, fileRev, ...(response === undefined ? {} : { response }) },
      ifRev,
    ),
  );
  const result = { ...sorted, decided: results };
  if (effects.length > 0) await context.perform(effects, result);
  return result;
};
