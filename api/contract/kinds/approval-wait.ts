/** Waits for the decision on an approval. */
import * as v from 'valibot';
import { isPending, parseApproval } from '../approvals/approval.ts';
import { decisionOn, findApproval } from '../approvals/find.ts';
import { ApprovalArg } from '../approvals/shapes.ts';
import type { ProjectCopy } from '../copy.ts';
import type { Document } from '../document.ts';
import { Problem } from '../problems.ts';
import { ProjectArg } from './args.ts';
import { defineQuery } from './kind.ts';

const result = v.variant('resolved', [
  v.strictObject({
    resolved: v.literal(true),
    /** A status of the format; `deleted` where it is gone and nobody has decided. */
    status: v.string(),
    response: v.optional(v.string()),
    annotations: v.optional(v.string()),
    comments: v.optional(v.array(v.unknown())),
    respondedAt: v.optional(v.string()),
    autoDeleted: v.optional(v.literal(false)),
  }),
  v.strictObject({
    resolved: v.literal(false),
    status: v.literal('pending'),
    timeout: v.literal(true),
    message: v.string(),
  }),
]);
type Result = v.InferOutput<typeof result>;

export const approvalWait = defineQuery({
  title: 'Wait for a decision',
  summary:
    'Answers as soon as an approval is decided or gone, in the shape that agents of spec-context know. Deletes nothing. With `resolved: false`, ask again.',
  args: v.strictObject({ project: ProjectArg, approval: ApprovalArg }),
  result,
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/wait' }],
  about: ['project', 'approval'],
  isStillToCome: ({ resolved }) => !resolved,
  waitsFor: async ({ approval }, copy) => {
    const found = findOrMissing((await copy.documents()) ?? [], approval);
    return found instanceof Problem ? undefined : found.path;
  },
  answer: async ({ approval }, copy) => {
    const documents = await copy.documents();
    if (documents === undefined) return undefined;
    const found = findOrMissing(documents, approval);
    return found instanceof Problem ? await whenGone(copy, approval, found) : await whenThere(copy, found);
  },
});

function findOrMissing(documents: readonly Document[], name: string): Document | Problem {
  try {
    return findApproval(documents, name);
  } catch (error) {
    if (error instanceof Problem && error.code === 'approval-unknown') return error;
    throw error;
  }
}

async function whenThere(copy: ProjectCopy, { path }: Document): Promise<Result | undefined> {
  const file = await copy.read(path);
  if (file === undefined) return undefined;
  const read = 'text' in file ? parseApproval(file.text) : 'The file is not valid UTF-8.';
  // Half a JSON is no answer: its agent writes it anew.
  if (typeof read === 'string' || isPending(read.status)) return pending;
  const { status = '', response, annotations, comments, respondedAt } = read;
  return {
    resolved: true,
    status,
    ...(response === undefined ? {} : { response }),
    ...(annotations === undefined ? {} : { annotations }),
    comments: [...comments],
    ...(respondedAt === undefined ? {} : { respondedAt }),
    autoDeleted: false,
  };
}

/** Its agent may have taken the decision before anybody asked. */
async function whenGone(copy: ProjectCopy, approval: string, missing: Problem): Promise<Result> {
  const { meta } = decisionOn((await copy.records('decision')) ?? [], approval) ?? {};
  if (meta === undefined) throw missing;
  const { status, response, responded_at: respondedAt } = meta;
  if (typeof status !== 'string') return { resolved: true, status: 'deleted' };
  return {
    resolved: true,
    status,
    ...(typeof response === 'string' ? { response } : {}),
    ...(typeof respondedAt === 'string' ? { respondedAt } : {}),
    autoDeleted: false,
  };
}

const pending: Result = {
  resolved: false,
  status: 'pending',
  timeout: true,
  message: 'Nobody has decided yet. Wait again.',
};
