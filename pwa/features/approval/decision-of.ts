/** The decision that came of a command. */
import type { RecordItem } from '#contract/record.ts';
import type { AppState } from '../../state/app-state.ts';
import { machineRecords } from '../../state/facts/sorts.ts';

/** The decision that a command made. */
export function decisionOf(
  state: AppState,
  { machine, id }: { readonly machine: string; readonly id: string },
): RecordItem | undefined {
  return machineRecords(state, machine, 'decision').find(({ meta }) => meta.command === id);
}
