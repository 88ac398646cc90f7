/** Keeps the text under review as it is now. */
import * as v from 'valibot';
import { CheckoutArg } from '../approvals/checkouts.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import { ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const approvalSnapshot = defineCommand({
  title: 'Keep a snapshot of a text',
  summary: 'Keeps the text under review as it is now, beside those that were asked about and decided on.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg, checkout: v.optional(CheckoutArg) }),
  result: v.strictObject({ approval: v.string(), path: v.string(), version: v.number() }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project', 'approval'],
  notice: whenNotDone,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/approvals/:approval/snapshot' }],
});
