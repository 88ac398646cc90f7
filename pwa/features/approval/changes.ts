/** What has changed in a text under review since it was decided on last: approved, or sent back. Where it never was, since it was asked about. */
import { lastDecided } from '#contract/approvals/snapshots.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { App } from '../../state/app-state.ts';

/** What the review of an approval reads; each is undefined where it cannot be had now. */
export interface ReviewRead {
  readonly content: ResultOf<'approval-content'> | undefined;
  readonly snapshots: ResultOf<'approval-snapshots'> | undefined;
  readonly diff: ResultOf<'approval-diff'> | undefined;
}

/** `from`: the version that the person has chosen to compare with. */
export async function readChanges(
  app: App,
  machine: string,
  args: { readonly project: string; readonly approval: string },
  from?: number,
): Promise<ReviewRead> {
  const [content, snapshots] = await Promise.all([
    orNothing(app.answer(machine, 'approval-content', args)),
    orNothing(app.answer(machine, 'approval-snapshots', args)),
  ]);
  const own = { approval: args.approval.split('/').at(-1) ?? args.approval, fileRev: content?.rev };
  const base = from ?? lastDecided(snapshots?.items ?? [], own)?.version;
  const diff = app.answer(machine, 'approval-diff', { ...args, ...(base === undefined ? {} : { from: base }) });
  return { content, snapshots, diff: await orNothing(diff) };
}

/** An answer, or nothing where it is refused or cannot be had. */
export async function orNothing<Result>(answer: Promise<Result | undefined>): Promise<Result | undefined> {
  return await answer.catch(() => undefined);
}
