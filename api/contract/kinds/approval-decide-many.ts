/** Decides several approvals in the same way. */
import * as v from 'valibot';
import { CheckoutArg } from '../approvals/checkouts.ts';
import {
  ApprovalArg,
  approvalsEnded,
  Decided,
  FileRev,
  isEachOnce,
  Response,
  SeveralEnded,
} from '../approvals/shapes.ts';
import { Rev } from '../document.ts';
import { limits } from '../limits.ts';
import { ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

const Item = v.strictObject({
  approval: ApprovalArg,
  ifRev: Rev,
  fileRev: FileRev,
  checkout: v.optional(CheckoutArg),
});

export const approvalDecideMany = defineCommand({
  title: 'Decide several approvals',
  summary:
    'Approves or rejects several approvals of a project, each bound to its own revs. Those that cannot be decided are named with the reason; the others are decided.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      decision: v.picklist(['approve', 'reject']),
      items: v.pipe(
        v.array(Item),
        v.minLength(1),
        v.maxLength(limits.decisionsAtOnceMax),
        v.check((items) => isEachOnce(items), 'Name each approval once'),
      ),
      response: v.optional(Response),
    }),
    v.check(
      ({ decision, response = '' }) => decision === 'approve' || response.trim() !== '',
      'The agents need a reason: send a response',
    ),
  ),
  result: v.strictObject({
    ...SeveralEnded,
    decided: v.array(Decided),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project', 'decision'],
  argsBytesMax: limits.listCommandBytesMax,
  keep: true,
  notice: whenNotDone,
  undo: ({ project }, { decided }) =>
    decided.length === 0
      ? undefined
      : {
          kind: 'approval-reopen-many',
          args: { project, items: decided.map(({ approval, rev }) => ({ approval, ifRev: rev })) },
        },
  itemsEnded: approvalsEnded,
  aliases: (['approve', 'reject'] as const).map((decision) => ({
    method: 'POST',
    path: `/v1/machines/:machine/projects/:project/approvals/batch/${decision}`,
    args: { decision },
  })),
});
