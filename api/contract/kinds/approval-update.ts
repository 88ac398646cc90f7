/** Decides an approval, for an agent that waits for it. */
import * as v from 'valibot';
import { CheckoutArg } from '../approvals/checkouts.ts';
import { knownApproval } from '../approvals/find.ts';
import { ApprovalArg, Comments, Decided, Decision, FileRev, Response } from '../approvals/shapes.ts';
import { limits } from '../limits.ts';
import { ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const approvalUpdate = defineCommand({
  title: 'Decide an approval',
  summary:
    'Approves a text, rejects it, or asks for a revision, with words and comments for the agent. It is bound to the approval (`ifRev`) and to the text that you read (`fileRev`): if either has changed, nothing is written.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      approval: ApprovalArg,
      decision: Decision,
      /** What you say to the agent. */
      response: v.optional(Response),
      comments: v.optional(Comments),
      annotations: v.optional(Response),
      /** Rev of the text that you read; `absent` if there was none to read. */
      fileRev: FileRev,
      /** The checkout whose text you read, where the text was shown with one. */
      checkout: v.optional(CheckoutArg),
    }),
    v.check(
      ({ decision, response = '', comments = [] }) =>
        decision === 'approve' || response.trim() !== '' || comments.length > 0,
      'The agent needs a reason: send a response or a comment',
    ),
  ),
  result: Decided,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  guarded: async ({ approval }, copy) => await knownApproval(copy, approval),
  about: ['project', 'approval', 'decision'],
  argsBytesMax: limits.textCommandBytesMax,
  keep: true,
  notice: whenNotDone,
  undo: ({ project, approval }, { rev, added }) => ({
    kind: 'approval-reopen',
    args: { project, approval, ...(added === undefined ? {} : { added }) },
    ifRev: rev,
  }),
  aliases: (['approve', 'reject', 'needs-revision'] as const).map((decision) => ({
    method: 'POST',
    path: `/v1/machines/:machine/projects/:project/approvals/:approval/${decision}`,
    args: { decision },
  })),
});
