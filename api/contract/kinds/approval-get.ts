/** Reads one approval, whole. */
import * as v from 'valibot';
import { parseApproval } from '../approvals/approval.ts';
import { decisionSaid, openReview } from '../approvals/find.ts';
import { ApprovalArg, ApprovalListed } from '../approvals/shapes.ts';
import { Problem } from '../problems.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

const { comments: _, ...listed } = ApprovalListed.entries;

export const approvalGet = defineQuery({
  title: 'Read an approval',
  summary: 'Reads one approval with its comments, annotations and history.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg }),
  result: v.strictObject({
    ...listed,
    comments: v.array(
      v.strictObject({
        id: v.optional(v.string()),
        type: v.picklist(['selection', 'general']),
        comment: v.string(),
        timestamp: v.optional(v.string()),
        selectedText: v.optional(v.string()),
        startOffset: v.optional(v.number()),
        endOffset: v.optional(v.number()),
        startLine: v.optional(v.number()),
        endLine: v.optional(v.number()),
        resolved: v.optional(v.boolean()),
      }),
    ),
    annotations: v.optional(v.string()),
    revisionHistory: v.array(v.unknown()),
    metadata: v.optional(v.record(v.string(), v.unknown())),
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval' }],
  about: ['project', 'approval'],
  answer: async ({ approval: name }, copy) => {
    const review = await openReview(copy, name);
    if (review === undefined) return undefined;
    const file = await copy.read(review.document.path);
    if (file === undefined) return undefined;
    const read = 'text' in file ? parseApproval(file.text) : 'The file is not valid UTF-8.';
    if (typeof read === 'string') throw new Problem('file-unparsable', read);
    const { comments, annotations, revisionHistory, metadata, response } = read;
    const decision = decisionSaid((await copy.records('decision')) ?? [], review.document.path);
    return {
      ...review.approval,
      ...(decision === undefined ? {} : { decision }),
      rev: file.rev,
      ...(response === undefined ? {} : { response }),
      comments: [...comments],
      ...(annotations === undefined ? {} : { annotations }),
      revisionHistory: [...revisionHistory],
      ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
    };
  },
});
