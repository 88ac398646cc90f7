/** Lists the approvals of a project. */
import * as v from 'valibot';
import { decisionSaid, describeApprovals } from '../approvals/find.ts';
import { ApprovalListed } from '../approvals/shapes.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalList = defineQuery({
  title: 'List approvals',
  summary:
    'Lists the approvals of a project, oldest first; with `status=pending`, those that wait for a decision. `file.rev` is that of the main checkout: where checkouts differ, approval-content says which text the agent asks about.',
  args: v.strictObject({ project: ProjectArg, status: v.optional(v.pipe(v.string(), v.maxLength(64))) }),
  result: v.strictObject({ items: v.array(ApprovalListed) }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals' }],
  over: { path: '/v1/approvals', documents: ['approval'] },
  about: ['project', 'status'],
  answer: async ({ status }, copy) => {
    const [documents, records = []] = await Promise.all([copy.documents(), copy.records('decision')]);
    if (documents === undefined) return undefined;
    const items = describeApprovals(documents, status).map((approval) => {
      const decision = decisionSaid(records, approval.path);
      return decision === undefined ? approval : { ...approval, decision };
    });
    return { items };
  },
});
