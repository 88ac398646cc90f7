/** Tells the operator of values in the store that lists leave out, each once. */
import type { Log } from './log.ts';
import { unreadable } from './store/tables.ts';

/** More than this are not told, so that nothing fills the memory. */
const TOLD_MAX = 1000;

/** Logs `row-unreadable` until it is disposed of. */
export function logUnreadableRows(log: Log): Disposable {
  const told = new Set<string>();
  const hear = (message: unknown) => {
    const name = JSON.stringify(message);
    if (told.has(name) || told.size >= TOLD_MAX) return;
    told.add(name);
    log.error('row-unreadable', message as { readonly table: string; readonly row: string });
  };
  unreadable.subscribe(hear);
  return { [Symbol.dispose]: () => unreadable.unsubscribe(hear) };
}
