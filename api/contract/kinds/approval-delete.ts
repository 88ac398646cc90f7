/** Removes an approval: one that nobody needs any more, or a request that is taken back. */
import * as v from 'valibot';
import { knownApproval } from '../approvals/find.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import { ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const approvalDelete = defineCommand({
  title: 'Remove an approval',
  summary:
    'Moves the approval to the trash of the project, where it stays for 30 days; snapshots stay where they are. One that waits is only removed with `withdraw`: its agent then hears that the request is gone.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg, withdraw: v.optional(v.boolean()) }),
  result: v.strictObject({
    approval: v.string(),
    path: v.string(),
    /** Where it lies in the trash. */
    trashed: v.string(),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  guarded: async ({ approval }, copy) => await knownApproval(copy, approval),
  about: ['project', 'approval'],
  notice: whenNotDone,
  // The trash needs no rev: it refuses where something is at the place again.
  undo: ({ project }, { trashed }) => ({ kind: 'trash-restore', args: { project, items: [trashed] } }),
  aliases: [{ method: 'DELETE', path: '/v1/machines/:machine/projects/:project/approvals/:approval' }],
});
