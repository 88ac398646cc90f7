/** Blocks: the changes of items of one commit, serialised once, as the log keeps them and every stream passes them on. */
import type { Scope } from '#contract/scopes.ts';
import type { Commit } from '../../store/store.ts';
import { EVENTS, iso } from '../rows.ts';

type Appended = NonNullable<Commit['append']>[number];

/** A serialised `ItemChange`. */
export type Change = string;

/** An item that is new or has changed; `json` is its value, `atMs` in ms since 1970. */
export function putItem(item: string, key: string, atMs: number, json: string): Change {
  return `${headOf({ op: 'put', item, key, at: iso(atMs) })},"value":${json}}`;
}

/** An item that has another key now. */
export function moveItem(item: string, from: string, key: string, atMs: number, json: string): Change {
  return `${headOf({ op: 'move', item, from, key, at: iso(atMs) })},"value":${json}}`;
}

export function deleteItem(item: string, key: string, atMs: number): Change {
  return `${headOf({ op: 'delete', item, key, at: iso(atMs) })}}`;
}

/** An item as a snapshot has it. */
export function itemText(item: string, key: string, json: string): string {
  return `${headOf({ item, key })},"value":${json}}`;
}

function headOf(fields: object): string {
  return JSON.stringify(fields).slice(0, -1);
}

/** The entry for the log of events, if anything has changed; who may read it has `scope`. */
export function blockOf(changes: readonly Change[], scope: Scope = 'read'): readonly Appended[] {
  return changes.length === 0 ? [] : [{ log: EVENTS, value: `${scope} [${changes.join(',')}]` }];
}

/** The same for changes that take different scopes to read: a block each, so that who may not read one skips it. */
export function blocksOf(changes: readonly (readonly [scope: Scope, change: Change])[]): readonly Appended[] {
  const byScope = Map.groupBy(changes, ([scope]) => scope);
  return [...byScope].flatMap(([scope, of]) => {
    const own = of.map(([, change]) => change);
    return blockOf(own, scope);
  });
}

/** An entry of a channel, as its log keeps it. `isReplaced`: a snapshot stands in its place. */
export function entryOf(scope: Scope, json: string, isReplaced: boolean): string {
  return `${scope}${isReplaced ? REPLACED : ''} ${json}`;
}

const REPLACED = '*';

/** What an entry of the log says. The first edition wrote events of another sort, which nobody has the scope to read. */
export function parseEntry(value: string): {
  readonly scope: string;
  readonly json: string;
  readonly isReplaced: boolean;
} {
  if (value.startsWith('{')) return { scope: '', json: '[]', isReplaced: false };
  const end = value.indexOf(' ');
  const isReplaced = value[end - 1] === REPLACED;
  return { scope: value.slice(0, isReplaced ? end - 1 : end), json: value.slice(end + 1), isReplaced };
}
