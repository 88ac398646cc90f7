/** Decides several approvals in the same way. */
import { prepareDecision } from '../../approvals/decide.ts';
import { doEach } from '../../approvals/many.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalDecideMany: CommandHandler<'approval-decide-many'> = async (args, context) => {
  const { project, decision, response, items } = args;
  const words = response === undefined ? {} : { response };
  const { results, ...sorted } = await doEach(items, context, ({ ifRev, ...item }) =>
    prepareDecision(context, { project, decision, ...item, ...words }, ifRev),
  );
  return { ...sorted, decided: results };
};
