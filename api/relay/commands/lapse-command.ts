/** What time does to a command: it expires, loses its lease, and is forgotten once it has been settled for long enough. */
import type { Due, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { commandRows, nextLapse } from './command-row.ts';
import { readLapsed } from './command-store.ts';
import { belongings, COMMAND_DUE, COMMANDS } from './command-tables.ts';
import { account } from './shares.ts';

/** Lets time do its work on a command; a settled one whose time is over is forgotten with all that belongs to it. */
export async function lapseCommand(store: Store, machine: string, due: Due): Promise<void> {
  const id = due.id.slice(COMMAND_DUE.length);
  const row = await readLapsed(store, machine, id);
  const at = row && nextLapse(row);
  if (row !== undefined && (at === null || at === undefined || at > store.now()))
    return moveDue(store, due, at ?? null);
  await untilDone(store, due.shard, async () => {
    const found = await store.row(due.shard, COMMANDS, id);
    const gone = { due: [{ id: due.id, at: null }] };
    if (found === undefined) return { result: undefined, commit: gone };
    const before = commandRows.parse(found);
    const { parts } = await account(store, due.shard, [{ before: before.value }]);
    const commit = {
      expect: [{ row: { table: COMMANDS, key: id }, version: before.version }, ...parts.expect],
      put: parts.put,
      delete: [...parts.delete, ...belongings(id, before.value.listKey)],
      due: [...parts.due, ...gone.due],
    };
    return { result: undefined, commit };
  });
}

/** Only where the command has not changed since: each change sets the due itself. */
async function moveDue(store: Store, due: Due, at: number | null): Promise<void> {
  const name = { table: COMMANDS, key: due.id.slice(COMMAND_DUE.length) };
  const found = await store.row(due.shard, name.table, name.key);
  if (found === undefined || nextLapse(commandRows.parse(found).value) !== at) return;
  await store.commit(due.shard, { expect: [{ row: name, version: found.version }], due: [{ id: due.id, at }] });
}
