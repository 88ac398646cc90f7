/** Takes several decisions back. */
import * as v from 'valibot';
import { ApprovalArg, approvalsEnded, isEachOnce, SeveralEnded } from '../approvals/shapes.ts';
import { Rev } from '../document.ts';
import { limits } from '../limits.ts';
import { ProjectArg, Written } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

const Item = v.strictObject({ approval: ApprovalArg, ifRev: Rev });

export const approvalReopenMany = defineCommand({
  title: 'Take several decisions back',
  summary: 'Makes decided approvals wait again, each bound to the rev that its decision left.',
  args: v.strictObject({
    project: ProjectArg,
    items: v.pipe(
      v.array(Item),
      v.minLength(1),
      v.maxLength(limits.decisionsAtOnceMax),
      v.check((items) => isEachOnce(items), 'Name each approval once'),
    ),
  }),
  result: v.strictObject({
    ...SeveralEnded,
    reopened: v.array(v.strictObject({ approval: v.string(), ...Written })),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: [],
  about: ['project'],
  argsBytesMax: limits.listCommandBytesMax,
  notice: whenNotDone,
  itemsEnded: approvalsEnded,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/approvals/batch/undo' }],
});
