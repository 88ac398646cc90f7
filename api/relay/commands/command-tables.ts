/** The tables and keys under which commands lie in their machine's shard. */
import type { RowName } from '../../store/store.ts';

/** By id: the rows themselves; args and results, which may be large. */
export const COMMANDS = 'commands';
export const ARGS = 'command-args';
export const RESULTS = 'command-results';
/** By position: the ids of those that are queued or delivered. */
export const LIVE = 'commands-live';
/** By id: those whose outcome is unknown, and of which the bridge may still say that it never had them. */
export const ASKED = 'commands-asked';
/** By `listKey`: all ids, the newest first. */
export const NEWEST = 'commands-newest';

/** A key that sorts as the number does; no machine comes to 10¹⁵ commands. */
export function positionKey(position: number): string {
  return String(position).padStart(15, '0');
}

/** A key that sorts the newest first. */
export function newestKey(position: number): string {
  return positionKey(10 ** 15 - 1 - position);
}

/** The signal that a command has changed. */
export function commandSignal(id: string): string {
  return `command:${id}`;
}

/** The due id of what time does to a command. */
export const COMMAND_DUE = 'command:';

/** All rows of a settled command. */
export function belongings(id: string, listKey: string): readonly RowName[] {
  return [...[COMMANDS, ARGS, RESULTS, ASKED].map((table) => ({ table, key: id })), { table: NEWEST, key: listKey }];
}
