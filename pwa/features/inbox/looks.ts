/** How far the person has seen what is new, on any of their devices: one record for each machine, and one for the Inbox. */
import { timeHere } from '../../relay-clock.ts';
import type { App, AppState } from '../../state/app-state.ts';
import { ownRecords } from '../../state/facts/sorts.ts';
import { type Look, lookIn } from '../../state/replica/baseline.ts';
import type { OwnRecord } from '../../state/wishes/own-records.ts';

const inbox = 'inbox';

/** By machine. */
export function looksOf(state: AppState): ReadonlyMap<string, Look> {
  return new Map(
    ownRecords(state, 'look').flatMap((record) => {
      const look = lookIn(record, timeHere);
      return look === undefined ? [] : [[look.machine, look] as const];
    }),
  );
}

/** `since` of the newest notice that was seen; ms since 1970, by the relay's clock. */
export function inboxSeenUpTo(state: AppState): number {
  const upTo = ownRecords(state, 'look').find(({ id }) => id === idOf(inbox))?.meta.upTo;
  return typeof upTo === 'number' ? upTo : 0;
}

/** Stores that all changes up to these have been seen. Never moves back what another device has seen. */
export function keepLooks(app: App, machines: ReadonlyMap<string, number>): void {
  const known = looksOf(app.state);
  // A millisecond more: a record that says the same as before would not tell the others that the person looked again.
  for (const [machine, newest] of machines)
    keep(app, machine, { machine, upTo: Math.max(newest, (known.get(machine)?.upTo ?? -1) + 1) });
}

/** Stores that all notices up to this one have been seen. */
export function keepNoticesSeen(app: App, upTo: number): void {
  if (upTo > inboxSeenUpTo(app.state)) keep(app, inbox, { upTo });
}

function keep(app: App, of: string, meta: OwnRecord['meta']): void {
  app.keepRecord({ id: idOf(of), kind: 'look', state: 'seen', meta });
}

function idOf(of: string): string {
  return `look-${of}`;
}
