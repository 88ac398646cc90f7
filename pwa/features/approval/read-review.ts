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
  /** The text is on the machine alone, which did not answer. */
  readonly isAway: boolean;
}

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
  return { whole, ...changes, chosen: checkout, isAway: differs && changes.content === undefined };
}
