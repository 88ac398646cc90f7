/** Telling people of a machine: what it is now goes into the organisation's list and feed, after the commit that changed it. The due of that commit does it where a process was killed in between. */
import * as v from 'valibot';
import { Machine } from '#contract/machine.ts';
import { machineShard, organisationShard } from '../../store/shards.ts';
import type { KeyedRow, Store } from '../../store/store.ts';
import { defineLayout, tryParse } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { blockOf, putItem } from '../feeds/blocks.ts';
import { EVENTS, MACHINES, parseRecord, RECORD, SYNC } from '../rows.ts';
import { readPublic, unknownIsNothing } from './public-machine.ts';

/** A machine in the list of its organisation. One of the first edition is empty, and is told anew. */
const listedLayout = defineLayout('the lists of machines', v.object(Machine.entries));

/** The due id of a machine that is to be told of. */
export const TELL_DUE = 'tell';
/** Whoever has committed tells at once; the sweep comes later. */
const TELL_AFTER_MS = 2000;

/** The part of a commit whose machine is to be told of; call `tellOf` after it. */
export function toTell(nowMs: number) {
  return { id: TELL_DUE, at: nowMs + TELL_AFTER_MS };
}

/** Tells what a machine is now, if that is something else than what was told last. Of several at once the last to commit has read the latest. */
export async function tellOf(store: Store, machine: string): Promise<void> {
  const record = await store.row(machineShard(machine), RECORD.table, RECORD.key);
  if (record === undefined) return;
  const shard = organisationShard(parseRecord(record).value.organisation);
  await untilDone<void>(store, shard, async () => {
    const name = { table: MACHINES, key: machine };
    const listed = await store.row(shard, name.table, name.key);
    const now = listed && (await readPublic(store, machine).catch(unknownIsNothing));
    if (listed === undefined || now === undefined || isSame(listed.value, now)) return { result: undefined };
    const value = JSON.stringify(now);
    const commit = {
      expect: [{ row: name, version: listed.version }],
      put: [{ ...name, value }],
      append: [...blockOf([putItem('machine', machine, store.now(), value)])],
      signal: [EVENTS],
    };
    return { result: undefined, commit };
  });
}

/** The sweep's part: tells, and takes the due away where nothing has changed meanwhile. */
export async function tellDue(store: Store, machine: string): Promise<void> {
  const shard = machineShard(machine);
  const rows = await store.rows(shard, [RECORD, SYNC]);
  await tellOf(store, machine);
  const expect = [RECORD, SYNC].map((row, index) => ({ row, version: rows[index]?.version ?? 0 }));
  await store.commit(shard, { expect, due: [{ id: TELL_DUE, at: null }] });
}

/** When it was last heard of is no news. */
function isSame(listed: string, now: Machine): boolean {
  if (listed === '') return false;
  const known = tryParse(listedLayout, listed, MACHINES, now.id);
  return (
    known !== undefined && JSON.stringify({ ...known, lastSeenAt: '' }) === JSON.stringify({ ...now, lastSeenAt: '' })
  );
}

/** What was last told of a machine in a list; undefined for one of the first edition, and where it cannot be read. */
export function toldIn({ key, value }: Pick<KeyedRow, 'key' | 'value'>): Machine | undefined {
  return value === '' ? undefined : tryParse(listedLayout, value, MACHINES, key);
}

/** Whether a row of the list says what was told of its machine. */
export function isTold(row: Pick<KeyedRow, 'key' | 'value'>): boolean {
  return toldIn(row) !== undefined;
}
