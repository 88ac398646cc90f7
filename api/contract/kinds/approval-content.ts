/** Reads the text that an approval asks about. */
import * as v from 'valibot';
import { CheckoutArg, checkoutSaid, isElsewhere } from '../approvals/checkouts.ts';
import { openReview } from '../approvals/find.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import { Rev } from '../document.ts';
import { Problem } from '../problems.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalContent = defineQuery({
  title: 'Read the text under review',
  summary:
    'Reads the text that an approval asks about, with the rev that a decision sends as `fileRev`. Where checkouts of the project have other texts, the machine says which one this is (`checkout`), which others there are, and whether the text of the checkout where the agent works cannot be shown (`missing`).',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg, checkout: v.optional(CheckoutArg) }),
  result: v.strictObject({
    content: v.string(),
    file: v.string(),
    rev: Rev,
    /** Whether it is another text than the one that was asked about; false where nobody knows. */
    changedSinceRequest: v.boolean(),
    ...checkoutSaid,
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/content' }],
  about: ['project', 'approval'],
  answer: async ({ approval: name, checkout }, copy) => {
    const review = await openReview(copy, name);
    if (review === undefined) return undefined;
    const { approval, snapshots } = review;
    const { path, readable, why } = approval.file;
    if (checkout !== undefined || (await isElsewhere(copy, path))) return undefined;
    if (!readable) throw new Problem('reviewed-file-unreadable', why);
    const file = await copy.read(path);
    if (file === undefined) return undefined;
    if (!('text' in file)) throw new Problem('reviewed-file-unreadable', 'The file is not text in UTF-8.');
    const asked = snapshots.items.find(({ approvalId }) => approvalId === approval.id);
    return {
      content: file.text,
      file: path,
      rev: file.rev,
      changedSinceRequest: asked !== undefined && asked.rev !== file.rev,
    };
  },
});
