/** The three tools of `sallyport mcp`: ask for an approval, wait for the decision, take the request back. They write and watch the same files as everybody; whoever is in front decides. */
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { parseApproval, reviewedPath } from '#contract/approvals/approval.ts';
import { approvalId } from '#contract/approvals/find.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { baseOf, type FileWanted, placeOf, prepareApproval, readWanted } from '../approvals/create-approval.ts';
import { randomId } from '../approvals/snapshots.ts';
import { readNow, waitForDecision } from '../approvals/wait.ts';
import { glanceAt, readAt } from '../files/read.ts';
import { removeFile, replaceFile } from '../files/write.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { layoutsAt } from '../formats/index.ts';
import { gitCheckoutsOf } from '../projects/git-checkouts.ts';
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
    const place = await project();
    return requests.find(place.root, id) ?? (await findAsked(place, id, now()));
  };
  return {
    request: async ({ title, file, spec, reason }) => {
      const place = await project();
      const { root, bases, checkout } = place;
      const path = await projectPath([checkout, root], file);
      const read = await readAsked(place, path);
      const prepared = await prepareApproval({
        root,
        base: baseOf(bases, path) ?? bases[0],
        title,
        file: read,
        reason,
        now: now(),
        ...placeOf(path, { categoryName: spec }),
      });
      const { id, bytes, fileRev } = prepared;
      if (bytes !== undefined)
        await replaceFile({ id: randomId(), root, path: prepared.path, before: null, bytes, ready: async () => {} });
      const from = read.checkout === undefined ? {} : { checkout };
      await requests.put({ id, root, ...from, path: prepared.path, file: path, fileRev, at: now().getTime() });
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
      await requests.put({ ...known, answer, at: now().getTime() });
      return await answerOf(known, answer);
    },
    withdraw: async (id) => {
      const { root, path, answer } = await asked(id);
      const found = answer === undefined ? await readNow(root, path) : undefined;
      if (found?.is === 'gone' || answer?.status === 'withdrawn') return { withdrawn: true };
      if (found?.is === 'pending') {
        await removeFile({ id: randomId(), root, path, before: found.rev });
        return { withdrawn: true };
      }
      if (found?.is === 'unclear') throw new Problem('file-unparsable', 'Somebody is writing it, or it is damaged.');
      throw new Problem('already-decided', 'Somebody has decided: call wait_for_approval for the answer.');
    },
  };
}

/** A request that is not remembered: another program asked, or the memory could not be written. The id is compared with the names that are there, and never joined to a path. */
async function findAsked({ root, bases }: AgentsProject, id: string, now: Date): Promise<Asked> {
  for (const folder of bases.map((base) => `${base}/approvals`))
    for (const { name } of await foldersIn(join(root, folder)))
      for (const file of await readdir(join(root, folder, name)).catch(() => [])) {
        const path = `${folder}/${name}/${file}`;
        if (!file.endsWith('.json') || approvalId(path) !== id) continue;
        return { id, root, path, ...(await saidIn(root, path)), at: now.getTime() };
      }
  throw new Problem('approval-unknown', `Nothing was asked under the id ${id} in ${root} within 7 days.`);
}

/** The file that an approval asks about, empty where it says none, and the worktree that it names. */
async function saidIn(root: string, path: string): Promise<Pick<Asked, 'file' | 'checkout'>> {
  const read = await readAt(root, path);
  const text = read.is === 'file' && 'rev' in read && read.bytes ? decodeUtf8(read.bytes) : undefined;
  const said = parseApproval(text ?? '');
  if (typeof said === 'string') return { file: '' };
  const named = reviewedPath(said.filePath);
  const { checkout: name } = said.metadata ?? {};
  const tree = name === undefined ? undefined : (await gitCheckoutsOf(root)).find((one) => one.name === name);
  return { file: 'path' in named ? named.path : '', ...(tree && { checkout: tree.root }) };
}

async function foldersIn(path: string) {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory());
}

/** The path in the project of a file that the agent names; agents like absolute ones, of their own checkout or of the main one. */
async function projectPath(roots: readonly string[], file: string): Promise<string> {
  if (!isAbsolute(file)) return file;
  const folder = await realpath(dirname(file)).catch(() => dirname(file));
  for (const root of roots) {
    const inside = relative(root, join(folder, basename(file)));
    if (!inside.startsWith('..') && !isAbsolute(inside)) return inside.replaceAll(sep, '/');
  }
  // Outside of the project it stays as it is, and is refused as such.
  return file;
}

/** The text that the agent means: that of its own worktree, where the file is there. Throws `reviewed-file-unreadable`. */
async function readAsked({ root, checkout }: AgentsProject, path: string): Promise<FileWanted> {
  const desk = {
    project: { root, layouts: await layoutsAt(root), rules: undefined },
    // Of its own worktree the agent says so itself.
    workspaces: async () => [],
  };
  if (checkout === root || (await glanceAt(checkout, path)).is === 'absent') return await readWanted(desk, path);
  const tree = (await gitCheckoutsOf(root)).find((one) => one.root === checkout);
  if (tree === undefined)
    throw new Problem(
      'reviewed-file-unreadable',
      `Git does not list this worktree in ${root}, so people cannot see its files. Run: git worktree repair`,
    );
  return await readWanted(desk, path, tree.name);
}

/** With what to do next, and whether the file is still the text that was asked about. */
async function answerOf({ root, checkout = root, file, fileRev }: Asked, answer: Answer): Promise<object> {
  const read = await readAt(checkout, file);
  const rev = read.is === 'file' && 'rev' in read ? read.rev : undefined;
  const changed = fileRev === undefined ? {} : { changed_since: rev !== fileRev };
  return { ...answer, file: join(checkout, file), ...changed, ...hintOf(answer.status) };
}

function hintOf(status: string): { readonly hint?: string } {
  if (status === 'needs-revision')
    return { hint: 'Change the file as the response and the comments say, then call request_approval again.' };
  if (status === 'rejected') return { hint: 'Do not go on with this. Ask the person what they want instead.' };
  return status === 'withdrawn'
    ? { hint: 'The request was taken back, or another program has removed it. Ask again if you still need it.' }
    : {};
}

/** How long one call may wait, in ms: MCP clients give up after 60 s unless they hear of progress. */
export function waitMs(seconds: number | undefined, reportsProgress: boolean): number {
  const most = reportsProgress ? limits.agentWaitMs : limits.agentWaitSilentMs;
  return Math.min(seconds === undefined ? most : seconds * 1000, most);
}
