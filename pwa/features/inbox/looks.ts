/** How far the person has seen what is new, on any of their devices: one record for each machine, and one for the Inbox. */
import type { App, AppState } from '../../state/app-state.ts';
import { ownRecords } from '../../state/sorts.ts';

const inbox = 'inbox';

/** By machine: the `mtime` of a document up to which changes have been seen, by that machine's clock. */
export function looksOf(state: AppState): ReadonlyMap<string, number> {
  return new Map(
    ownRecords(state, 'look').flatMap(({ meta: { machine, upTo } }) =>
      typeof machine === 'string' && typeof upTo === 'number' ? [[machine, upTo] as const] : [],
    ),
  );
}

/** `since` of the newest notice that was seen; ms since 1970, by the relay's clock. */
export function inboxSeenUpTo(state: AppState): number {
  const upTo = ownRecords(state, 'look').find(({ id }) => id === idOf(inbox))?.meta.upTo;
  return typeof upTo === 'number' ? upTo : 0;
}

/** Stores that everything up to this was seen. Never moves back what another device has seen. */
export function keepLooks(app: App, machines: ReadonlyMap<string, number>, notices: number): void {
  const known = looksOf(app.state);
  for (const [machine, upTo] of machines) if (upTo > (known.get(machine) ?? -1)) keep(app, machine, { machine, upTo });
  if (notices > inboxSeenUpTo(app.state)) keep(app, inbox, { upTo: notices });
}

function keep(app: App, of: string, meta: { readonly machine?: string; readonly upTo: number }): void {
  app.keepRecord({ id: idOf(of), kind: 'look', state: 'seen', meta });
}

function idOf(of: string): string {
  return `look-${of}`;
}
