/** Asks for an approval of a file, as an agent does. */
import * as v from 'valibot';
import { CheckoutArg } from '../approvals/checkouts.ts';
import { Reason } from '../approvals/shapes.ts';
import { Path, Rev } from '../document.ts';
import { Line, ProjectArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const approvalCreate = defineCommand({
  title: 'Ask for an approval',
  summary:
    'Asks for an approval of a file of the project. If one of the same file waits already, it is answered instead (`reused`).',
  args: v.strictObject({
    project: ProjectArg,
    title: Line,
    file: Path,
    type: v.optional(v.picklist(['document', 'action']), 'document'),
    category: v.optional(v.picklist(['spec', 'steering'])),
    /** The name of the spec, or `steering`; by default from where the file lies. */
    categoryName: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(100))),
    /** The checkout whose text is meant; by default the one that is shown. */
    checkout: v.optional(CheckoutArg),
    /** What the person should know. */
    reason: v.optional(Reason),
    /** Where a project is kept in several formats. */
    format: v.optional(v.pipe(v.string(), v.maxLength(64))),
  }),
  result: v.strictObject({
    approval: v.string(),
    path: v.string(),
    rev: Rev,
    reused: v.boolean(),
    /** The worktree whose text is meant; absent for the project's own folder. */
    checkout: v.optional(v.string()),
    snapshot: v.optional(v.strictObject({ path: v.string(), version: v.number() })),
    /** Why the first text could not be kept; the request stands. */
    snapshotProblem: v.optional(v.string()),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project', 'file'],
  notice: whenNotDone,
  undo: ({ project }, { approval, rev, reused }) =>
    reused ? undefined : { kind: 'approval-delete', args: { project, approval, withdraw: true }, ifRev: rev },
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/approvals' }],
});
