/**
 * Decides an approval. The order guards the agent and the person: the snapshot comes first, because an agent removes the JSON and may
 * edit the text within milliseconds of the decision; the JSON comes last and by rename, because to an agent a missing or half-written
 * one is a lost request. ADR 34.
 */
import { decisions } from '#contract/approvals/approval.ts';
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import { Problem } from '#contract/problems.ts';
import type { WriteFile } from '../commands/effects/write-file.ts';
import type { CommandContext } from '../commands/handler.ts';
import { fileFailed } from '../files/guard.ts';
import { revOf } from '../files/rev.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { decidedText } from './approval-text.ts';
import { type Candidate, checkNotMissing, checkoutSaid, type Desk, shownOf } from './checkouts.ts';
import { type ApprovalOnDisk, checkWaits, type Reviewed, readApproval, readReviewed } from './read-approval.ts';
import type { Showable } from './reviewed-file.ts';
import { takeSnapshot } from './snapshots.ts';

type Wish = ArgsOf<'approval-update'>;
type Decided = ResultOf<'approval-update'>;

/** A decision that only needs to be written. */
export interface Prepared {
  readonly effect: WriteFile;
  readonly result: Decided;
}

/** Decides one approval. Throws what `prepareDecision` throws. */
export async function decide(context: CommandContext, wish: Wish): Promise<Decided> {
  const { effect, result } = await prepareDecision(context, wish, context.ifRev);
  await context.perform([effect], result);
  return result;
}

/** Checks a decision and keeps the text. Throws `approval-gone`, `already-decided`, `conflict`, `reviewed-file-changed`, `reviewed-file-unreadable`, `args-invalid`. */
export async function prepareDecision(
  context: Pick<CommandContext, 'id' | 'project' | 'now' | 'decided' | 'workspaces'>,
  wish: Wish,
  ifRev: string | undefined,
): Promise<Prepared> {
  const { project, now } = context;
  const approval = await readApproval(project, wish.approval);
  checkWaits(approval, ifRev, context.decided(approval.path));
  const { reviewed, checkout, again } = await readSeen(context, approval, wish);
  checkSelections(reviewed, wish);
  const kept = await keepText(context, approval, reviewed, wish);
  // A slow disk leaves time for a save between the first look and now.
  await again();
  const { decision, response = '', annotations, comments = [] } = wish;
  const respondedAt = now.toISOString();
  const text = decidedText(approval.fields, { decision, response, annotations, comments, respondedAt });
  const bytes = new TextEncoder().encode(text);
  const result: Decided = {
    approval: approval.id,
    status: decisions[decision],
    respondedAt,
    path: approval.path,
    rev: revOf(bytes),
    file: reviewed.path,
    fileRev: wish.fileRev,
    ...(checkout === undefined ? {} : { checkout }),
    ...kept,
    ...(comments.length === 0 ? {} : { added: comments.map(({ id }) => id) }),
  };
  return { effect: { is: 'write-file', path: approval.path, before: approval.bytes, bytes }, result };
}

/** A text that the person saw. */
interface Seen {
  readonly reviewed: Reviewed;
  /** Where it was read, if checkouts differ. */
  readonly checkout?: string | undefined;
  /** Looks at it again. Throws `reviewed-file-changed`. */
  again(): Promise<unknown>;
}

type SeenArgs = Pick<Wish, 'fileRev' | 'checkout'>;

/** The text that the person saw, in the checkout that they name, else in the one that is shown. Throws `reviewed-file-changed` with `currentRev` of that one, `reviewed-file-unreadable` with why, or `args-invalid`. */
async function readSeen(context: Desk, approval: ApprovalOnDisk, seen: SeenArgs): Promise<Seen> {
  const { fileRev, checkout } = seen;
  const read = await readReviewed(context, approval);
  const { path } = read;
  const nothing = (why: string): Seen => {
    if (fileRev !== 'absent') throw new Problem('reviewed-file-unreadable', `${path}: ${why}`);
    return { reviewed: { path, why }, again: () => readSeen(context, approval, seen), checkout };
  };
  if ('why' in read) return nothing(read.why);
  const shown = shownOf(read.candidates, checkout);
  if (checkout === undefined) checkMeant(path, shown, read.candidates, fileRev);
  const { text } = shown;
  if ('why' in text) return nothing(text.why);
  checkUnchanged(text, fileRev);
  const again = async () => checkUnchanged(await shown.again(), fileRev);
  return { reviewed: { path, ...text }, again, checkout: checkoutSaid(shown, read.candidates).checkout };
}

/** Without the name of a checkout, a decision counts for the text that the agent asks about, and for no other one. */
function checkMeant(path: string, shown: Candidate, candidates: readonly Candidate[], fileRev: Wish['fileRev']): void {
  checkNotMissing(path, shown, candidates);
  const isShown = !('rev' in shown.text) || shown.text.rev === fileRev;
  const seen = candidates.find(({ text }) => 'rev' in text && text.rev === fileRev);
  if (isShown || seen === undefined || !('rev' in shown.text)) return;
  throw new Problem(
    'reviewed-file-changed',
    `You saw the text in the checkout "${seen.checkout}". The request asks about the one in "${shown.checkout}". To decide on what you saw, send \`checkout: "${seen.checkout}"\`.`,
    { currentRev: shown.text.rev },
  );
}

function checkUnchanged(text: Showable, fileRev: Wish['fileRev']): void {
  if ('why' in text) throw new Problem('reviewed-file-changed', `It is no longer there as you saw it: ${text.why}`);
  if (text.rev !== fileRev) throw new Problem('reviewed-file-changed', undefined, { currentRev: text.rev });
}

/** What a comment quotes must be what stands there: the agent finds the place by it. Throws `args-invalid`. */
function checkSelections(reviewed: Reviewed, { comments = [] }: Wish): void {
  const text = 'bytes' in reviewed ? decodeUtf8(reviewed.bytes) : undefined;
  for (const [at, comment] of comments.entries()) {
    if (comment.type === 'general') continue;
    const { startOffset, endOffset, selectedText } = comment;
    if (text?.slice(startOffset, endOffset) !== selectedText || endOffset <= startOffset)
      throw new Problem('args-invalid', 'The text that the comment quotes is not at that place.', {
        pointer: `/args/comments/${at}/selectedText`,
      });
  }
}

const triggers = { approve: 'approved', 'needs-revision': 'revision_requested', reject: undefined } as const;

/** Keeps the text that is decided on. A decision stands without it, and says so. */
async function keepText(
  { id, project, now }: Pick<CommandContext, 'id' | 'project' | 'now'>,
  { path, id: approvalId, said, fields }: ApprovalOnDisk,
  reviewed: Reviewed,
  { decision }: Wish,
): Promise<Pick<Decided, 'snapshot' | 'snapshotProblem'>> {
  const trigger = triggers[decision];
  if (trigger === undefined || 'why' in reviewed) return {};
  const approval = { path, id: approvalId, title: said.title ?? approvalId };
  const { bytes, mtime } = reviewed;
  try {
    const file = String(fields.filePath);
    const wanted = { id, root: project.root, approval, file, bytes, mtime, trigger, now } as const;
    return { snapshot: await takeSnapshot(wanted) };
  } catch (error) {
    const problem = error instanceof Problem ? error : fileFailed(error);
    return { snapshotProblem: problem.message };
  }
}
