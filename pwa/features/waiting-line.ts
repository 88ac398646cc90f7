/** A line of what waits for the person. Each feature gives its own; the Inbox shows them all. */
import type { IconName } from '../ui/icon.tsx';
import type { Tone } from '../ui/tone.ts';

/** `decide`: only the person can. `wrong`: something was not done. `know`: nothing to do. */
export type WaitingGroup = 'decide' | 'wrong' | 'know';

export interface WaitingAction {
  readonly label: string;
  /** Leads somewhere, or does something here. */
  readonly to: string | (() => void);
}

export interface WaitingLine {
  readonly key: string;
  /** The machine that it is about. */
  readonly machine: string;
  readonly group: WaitingGroup;
  readonly icon: IconName;
  readonly tone: Tone;
  /** One sentence. */
  readonly title: string;
  readonly note: string;
  /** The approval that it asks for; the Inbox says how much of its text has changed. */
  readonly approval?: { readonly project: string; readonly path: string };
  /** Since when it waits, in ms since 1970. */
  readonly since: number;
  /** The first one is what most people want. */
  readonly actions: readonly WaitingAction[];
  /** The person has not seen it yet on any device. */
  readonly isNew?: boolean;
  /** Puts it off until a time, or (undefined) dismisses it; absent where it cannot be set aside. */
  readonly setAside?: (until: Date | undefined) => void;
}

/** Whether it waits for the person, and is not only to know. */
export function isWaiting({ group }: WaitingLine): boolean {
  return group !== 'know';
}
