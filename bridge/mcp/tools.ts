/** The three tools of `sallyport mcp`: ask for an approval, wait for the decision, take the request back. They write and watch the same files as everybody; whoever is in front decides. */
import { join } from 'node:path';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { categoryOf, prepareApproval } from '../approvals/create-approval.ts';
import { randomId } from '../approvals/snapshots.ts';
import { readNow, waitForDecision } from '../approvals/wait.ts';
import { removeFile, replaceFile } from '../files/write.ts';
import { readAt } from '../watch/read.ts';
import type { AgentsProject } from './project.ts';
import type { Answer, Asked, Requests } from './requests.ts';

export interface ToolsDeps {
  /** Looked for at each call: an agent may make the project. */
  readonly project: () => Promise<AgentsProject>;
  readonly requests: Requests;
  readonly now?: () => Date;
}

export interface Tools {
  request(wish: {
    readonly title: string;
    readonly file: string;
    readonly spec?: string | undefined;
    readonly reason?: string | undefined;
  }): Promise<{ readonly id: string; readonly reused: boolean }>;
  /** Resolves to `pending` when `signal` aborts. */
  wait(id: string, signal: AbortSignal): Promise<object>;
  withdraw(id: string): Promise<{ readonly withdrawn: true }>;
}

export function createTools({ project, requests, now = () => new Date() }: ToolsDeps): Tools {
  const asked = async (id: string) => {
    const { root, base } = await project();
    const known = requests.find(root, id);
    if (known !== undefined) return known;
    throw new Problem(
      'approval-unknown',
      `Nothing was asked under the id ${id.slice(0, 100)} in ${root} (${base}) within 7 days.`,
    );
  };
  return {
    request: async ({ title, file, spec, reason }) => {
      const { root, base } = await project();
      const place = categoryOf(file);
      const wanted = {
        root,
        base,
        title,
        file,
        reason,
        now: now(),
        ...place,
        ...(spec === undefined ? {} : { categoryName: spec }),
      };
      const { id, path, bytes, fileRev } = await prepareApproval(wanted);
      if (bytes !== undefined)
        await replaceFile({ id: randomId(), root, path, before: null, bytes, ready: async () => {} });
      await requests.put({ id, root, path, file, fileRev, at: now().getTime() });
      return { id, reused: bytes === undefined };
    },
    wait: async (id, signal) => {
      const known = await asked(id);
      if (known.answer !== undefined) return await answerOf(known, known.answer);
      const found = await waitForDecision(known.root, known.path, signal);
      if (found.is === 'pending' || found.is === 'unclear')
        return { status: 'pending', hint: 'Nobody has decided yet. Call wait_for_approval again with the same id.' };
      const answer: Answer =
        found.is === 'decided'
          ? {
              status: found.said.status ?? 'unknown',
              ...(found.said.response === undefined ? {} : { response: found.said.response }),
              ...(found.said.comments.length === 0 ? {} : { comments: [...found.said.comments] }),
            }
          : { status: 'withdrawn' };
      await requests.put({ ...known, answer });
      return await answerOf(known, answer);
    },
    withdraw: async (id) => {
      const { root, path } = await asked(id);
      const found = await readNow(root, path);
      if (found.is === 'decided')
        throw new Problem('already-decided', 'Somebody has decided: call wait_for_approval for the answer.');
      const read = await readAt(root, path);
      if (read.is === 'file' && 'rev' in read) await removeFile({ id: randomId(), root, path, before: read.rev });
      return { withdrawn: true };
    },
  };
}

/** With what to do next, and whether the file is still the text that was asked about. */
async function answerOf({ root, file, fileRev }: Asked, answer: Answer): Promise<object> {
  const read = await readAt(root, file);
  const rev = read.is === 'file' && 'rev' in read ? read.rev : undefined;
  return { ...answer, file: join(root, file), changed_since: rev !== fileRev, ...hintOf(answer.status) };
}

function hintOf(status: string): { readonly hint?: string } {
  if (status === 'needs-revision')
    return { hint: 'Change the file as the response and the comments say, then call request_approval again.' };
  if (status === 'rejected') return { hint: 'Do not go on with this. Ask the person what they want instead.' };
  return status === 'withdrawn' ? { hint: 'The request is no longer there. Ask again if you still need it.' } : {};
}

/** How long one call may wait, in ms: MCP clients give up after 60 s unless they hear of progress. */
export function waitMs(seconds: number | undefined, reportsProgress: boolean): number {
  const most = reportsProgress ? limits.agentWaitMs : limits.agentWaitSilentMs;
  return Math.min(seconds === undefined ? most : seconds * 1000, most);
}
