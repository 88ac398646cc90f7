/** Decisions that are kept, as people read them: who decided, when, and whether the agent has taken it. */
import type { RecordItem } from '#contract/record.ts';
import type { AppState } from '../../state/app-state.ts';
import { machineRecords } from '../../state/facts/sorts.ts';
import { atTime } from '../../ui/time.ts';

/** The decisions of a project on a file or an approval, newest first. */
export function decisionsOn(
  state: AppState,
  machine: string,
  of: { readonly project: string; readonly file?: string | undefined; readonly path?: string },
): readonly RecordItem[] {
  return machineRecords(state, machine, 'decision')
    .filter(
      ({ project, meta }) =>
        project === of.project && (of.path === undefined ? meta.file === of.file : meta.path === of.path),
    )
    .sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1));
}

/** The last receipt of a decision: what became of it after it was written, and when. */
export function afterwardsOf({ state, meta, notice }: RecordItem): { readonly words: string; readonly at: string } {
  const at = typeof meta.taken_at === 'string' ? atTime(meta.taken_at) : '';
  if (state === 'taken') return { words: 'Taken by the agent', at };
  if (state === 'overridden') return { words: 'Overwritten by another program on the machine', at: '' };
  if (state === 'reopened') return { words: 'Taken back', at: '' };
  // After ten minutes the machine says so.
  if (notice !== undefined)
    return { words: 'No agent has taken it. Its session may be over: tell the agent yourself.', at: '' };
  return { words: 'Not taken by the agent yet', at: '' };
}

const statusWords: Readonly<Record<string, string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  'needs-revision': 'Sent back for revision',
};

/** One sentence: "Approved by Ada, 14:31 · the agent has taken it, 14:33". */
export function decisionSentence({ state, meta, createdAt, notice }: RecordItem): string {
  if (state === 'withdrawn') return `The agent took its request back, ${atTime(createdAt)}`;
  if (state === 'gone') return 'The request ended while the bridge did not run: nobody can say how';
  const word = statusWords[String(meta.status)] ?? 'Decided';
  const by = typeof meta.by === 'string' ? ` by ${meta.by}` : meta.how === 'elsewhere' ? ' on the machine' : '';
  const at = typeof meta.responded_at === 'string' ? `, ${atTime(meta.responded_at)}` : '';
  const where = typeof meta.checkout === 'string' ? `, the text in ${meta.checkout}` : '';
  return `${word}${by}${at}${where}${endOf(state, meta.taken_at, notice !== undefined)}`;
}

function endOf(state: string, takenAt: unknown, isLeft: boolean): string {
  if (state === 'taken') return ` · the agent has taken it${typeof takenAt === 'string' ? `, ${atTime(takenAt)}` : ''}`;
  if (state === 'overridden') return ' · overwritten by another program on the machine';
  if (state === 'reopened') return ' · taken back';
  return isLeft ? ' · no agent has taken it' : ' · the agent has not taken it yet';
}
