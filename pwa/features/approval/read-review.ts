/** Reads all that a review shows: from the device where it can, and from the machine where only it can show the text. */
import type { ResultOf } from '#contract/kinds/index.ts';
import type { App } from '../../state/app-state.ts';
import { type ChangesWanted, orNothing, type ReviewRead, readChanges } from './changes.ts';

interface ReviewWanted extends Omit<ChangesWanted, 'from'> {
  readonly project: string;
  readonly approval: string;
  readonly from: string | undefined;
  readonly differs: boolean;
}

interface WholeReview extends ReviewRead {
  readonly whole: ResultOf<'approval-get'> | undefined;
  /** The chosen checkout for which all this was read. */
  readonly chosen: string | undefined;
  /** Why the text, which is on the machine alone, is not shown: one sentence. */
  readonly unshown: string | undefined;
}

/** Problems of a machine that says nothing, in the relay's words. */
const silent: readonly string[] = ['machine-unavailable', 'machine-silent'];

export async function readReview(
  app: Pick<App, 'answer' | 'ask'>,
  machine: string,
  { project, approval, from, differs, checkout }: ReviewWanted,
): Promise<WholeReview> {
  const args = { project, approval };
  const since = /^\d{1,9}$/.test(from ?? '') ? Number(from) : undefined;
  const [whole, changes] = await Promise.all([
    orNothing(app.answer(machine, 'approval-get', args)),
    readChanges(app, machine, args, { from: since, differs, checkout }),
  ]);
  const { content, refusal } = changes;
  const isRefused = refusal !== undefined && !silent.includes(refusal.code);
  const why = isRefused ? refusal.message : 'The machine did not answer.';
  return { whole, ...changes, chosen: checkout, unshown: differs && content === undefined ? why : undefined };
}
