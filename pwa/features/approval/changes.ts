/** What has changed in a text under review since it was decided on last: approved, or sent back. Where it never was, since it was asked about. */
import { lastDecided } from '#contract/approvals/snapshots.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { Refusal } from '../../refusal.ts';
import type { App } from '../../state/app-state.ts';

/** What the review of an approval reads; each is undefined where it cannot be had now. */
export interface ReviewRead {
  readonly content: ResultOf<'approval-content'> | undefined;
  /** Why there is no content, where it was refused. */
  readonly refusal?: Refusal | undefined;
  readonly snapshots: ResultOf<'approval-snapshots'> | undefined;
  readonly diff: ResultOf<'approval-diff'> | undefined;
}

export interface ChangesWanted {
  /** The version that the person has chosen to compare with. */
  readonly from?: number | undefined;
  /** Whether other checkouts have another text: then the machine is asked. */
  readonly differs?: boolean;
  /** The checkout that the person has chosen. */
  readonly checkout?: string | undefined;
}

export async function readChanges(
  app: Pick<App, 'answer' | 'ask'>,
  machine: string,
  args: { readonly project: string; readonly approval: string },
  { from, differs = false, checkout }: ChangesWanted = {},
): Promise<ReviewRead> {
  const text = { ...args, ...(differs && checkout !== undefined ? { checkout } : {}) };
  const reading = differs ? app.ask(machine, 'approval-content', text) : app.answer(machine, 'approval-content', text);
  const [content, snapshots, refusal] = await Promise.all([
    orNothing(reading),
    orNothing(app.answer(machine, 'approval-snapshots', args)),
    reading.then(
      () => undefined,
      (error) => (error instanceof Refusal ? error : undefined),
    ),
  ]);
  const own = { approval: args.approval.split('/').at(-1) ?? args.approval, fileRev: content?.rev };
  const base = from ?? lastDecided(snapshots?.items ?? [], own)?.version;
  const compared = { ...text, ...(base === undefined ? {} : { from: base }) };
  const diff = differs ? app.ask(machine, 'approval-diff', compared) : app.answer(machine, 'approval-diff', compared);
  return { content, refusal, snapshots, diff: await orNothing(diff) };
}

/** An answer, or nothing where it is refused or cannot be had. */
export async function orNothing<Result>(answer: Promise<Result | undefined>): Promise<Result | undefined> {
  return await answer.catch(() => undefined);
}
