/** Where a draft is: on its way to the machine, or waiting for the person. */
import type { AppState, Draft, Wish } from '../../state/app-state.ts';

/** The command that was to bring a draft to the machine. */
export function wishOfDraft({ wish }: Draft, wishes: AppState['wishes']): Wish | undefined {
  return wish === undefined ? undefined : wishes.find(({ id }) => id === wish);
}

/** Whether a draft is on its way to the machine. */
export function isUnderWay(draft: Draft, wishes: AppState['wishes']): boolean {
  const state = wishOfDraft(draft, wishes)?.state;
  return state === 'sending' || state === 'queued' || state === 'delivered';
}
