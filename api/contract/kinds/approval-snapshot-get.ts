/** Reads one kept text of a file under review. */
import * as v from 'valibot';
import { openReview } from '../approvals/find.ts';
import { ApprovalArg, SnapshotListed } from '../approvals/shapes.ts';
import { contentOf } from '../approvals/snapshots.ts';
import { Problem } from '../problems.ts';
import { ProjectArg, Version } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalSnapshotGet = defineQuery({
  title: 'Read a snapshot of a text',
  summary: 'Reads one text that was kept of the file under review.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg, version: Version }),
  result: v.strictObject({ ...SnapshotListed.entries, content: v.string() }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/snapshots/:version' }],
  about: ['project', 'approval'],
  answer: async ({ approval, version }, copy) => {
    const review = await openReview(copy, approval);
    if (review === undefined) return undefined;
    const found = review.snapshots.items.find((snapshot) => snapshot.version === version);
    if (found === undefined) throw new Problem('snapshot-unknown', `There is no version ${version}.`);
    const file = await copy.read(found.path);
    const content = file && 'text' in file ? contentOf(file.text) : undefined;
    return content === undefined ? undefined : { ...found, content };
  },
});
