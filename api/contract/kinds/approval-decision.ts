/** Says what became of an approval, also after its agent has removed it. */
import * as v from 'valibot';
import { decisionOn, findApproval } from '../approvals/find.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import { Problem } from '../problems.ts';
import { decision } from '../records/decision.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalDecision = defineQuery({
  title: 'Read the decision on an approval',
  summary:
    'Says who decided on which text, with which words, and whether the agent has taken it. It is kept when the approval is gone; `record-unknown` while nobody has decided.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg }),
  result: v.strictObject({
    title: v.string(),
    state: v.picklist(decision.states),
    ...decision.meta.entries,
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/decision' }],
  about: ['project', 'approval'],
  answer: async ({ approval }, copy) => {
    const records = await copy.records('decision');
    const documents = await copy.documents();
    if (records === undefined || documents === undefined) return undefined;
    const found = decisionOn(records, approval);
    if (found === undefined) {
      findApproval(documents, approval);
      throw new Problem('record-unknown', 'Nobody has decided on this approval yet.');
    }
    const { title, state, meta } = found;
    return { title, state: v.parse(v.picklist(decision.states), state), ...v.parse(decision.meta, meta) };
  },
});
