/** Takes a decision back, while the agent has not removed the approval. */
import * as v from 'valibot';
import { knownApproval } from '../approvals/find.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import { limits } from '../limits.ts';
import { ProjectArg, Written } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const approvalReopen = defineCommand({
  title: 'Take a decision back',
  summary:
    'Makes a decided approval wait again, without the words and comments of the decision. The agent may have read the decision already.',
  args: v.strictObject({
    project: ProjectArg,
    approval: ApprovalArg,
    /** Ids of the comments that the decision added; its undo names them. */
    added: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(64))), v.maxLength(limits.commentsMax))),
  }),
  result: v.strictObject({ approval: v.string(), ...Written }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  guarded: async ({ approval }, copy) => await knownApproval(copy, approval),
  about: ['project', 'approval'],
  argsBytesMax: limits.listCommandBytesMax,
  notice: whenNotDone,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/approvals/:approval/reopen' }],
});
