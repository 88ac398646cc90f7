/** Decisions that are kept, as people read them: who decided, when, and whether the agent has taken it. */
import type { RecordItem } from '#contract/record.ts';
import type { AppState } from '../../state/app-state.ts';
import { machineRecords } from '../../state/sorts.ts';
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

/** The decision that a command made. */
export function decisionOf(
  state: AppState,
  { machine, id }: { readonly machine: string; readonly id: string },
): RecordItem | undefined {
  return machineRecords(state, machine, 'decision').find(({ meta }) => meta.command === id);
}

/** The last receipt of a decision: what became of it after it was written. */
export function afterwardsOf({ state, meta }: RecordItem): string {
  if (state === 'taken') return `Read by the agent ${typeof meta.taken_at === 'string' ? atTime(meta.taken_at) : ''}`;
  if (state === 'overridden') return 'Overwritten by another program on the machine';
  return state === 'reopened' ? 'Taken back' : 'The agent has not removed the request yet';
}

const statusWords: Readonly<Record<string, string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  'needs-revision': 'Sent back for revision',
};

/** One sentence: "Approved by Ada, 14:31 · the agent has read it, 14:33". */
export function decisionSentence({ state, meta, createdAt }: RecordItem): string {
  if (state === 'withdrawn') return `The agent took its request back, ${atTime(createdAt)}`;
  if (state === 'gone') return 'The request ended while the bridge did not run: nobody can say how';
  const word = statusWords[String(meta.status)] ?? 'Decided';
  const by = typeof meta.by === 'string' ? ` by ${meta.by}` : meta.how === 'elsewhere' ? ' on the machine' : '';
  const at = typeof meta.responded_at === 'string' ? `, ${atTime(meta.responded_at)}` : '';
  return `${word}${by}${at}${endOf(state, meta.taken_at)}`;
}

function endOf(state: string, takenAt: unknown): string {
  if (state === 'taken') return ` · the agent has read it${typeof takenAt === 'string' ? `, ${atTime(takenAt)}` : ''}`;
  if (state === 'overridden') return ' · overwritten by another program on the machine';
  if (state === 'reopened') return ' · taken back';
  return ' · the agent has not removed the request yet';
}
