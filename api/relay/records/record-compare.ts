/** Comparing, at each connect, which records a machine and the relay hold: what the machine does not name is dropped, what is missing or other is wanted. */
import type { ConnectRequest } from '#contract/bridge.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { saidKey, tellNotices, toNotice } from '../notices.ts';
import { checkEpoch, EVENTS, readMachine, replace, SYNC } from '../rows.ts';
import { ledgerOf } from './record-ledger.ts';
import { partsOf } from './record-ops.ts';
import { isKeptHere } from './record-row.ts';
import { readRecords } from './records.ts';

/** The ids that are wanted. Throws Problem `superseded`, `machine-removed`. */
export async function compareRecords(
  store: Store,
  machine: string,
  epoch: number,
  named: NonNullable<ConnectRequest['records']>,
): Promise<string[]> {
  const shard = machineShard(machine);
  const { want, told } = await untilDone(store, shard, async () => {
    const { sync } = await readMachine(store, machine);
    checkEpoch(epoch, sync.value);
    const held = await readRecords(store, shard);
    const want = Object.keys(named).filter((id) => held.get(id)?.rev !== named[id]);
    const kept = new Map([...held].filter(([id, record]) => Object.hasOwn(named, id) || isKeptHere(record)));
    const ledger = await ledgerOf(store, shard, kept.values());
    const isWhole = kept.size === held.size && ledger.put.length + ledger.delete.length === 0;
    if (isWhole) return { result: { want, told: [] } };
    const now = store.now();
    const { words, ...parts } = partsOf(held, kept, now);
    const { expect, put } = replace(SYNC, sync, sync.value);
    const commit = joined({ expect: [expect], put: [put], signal: [EVENTS] }, parts, ledger, toNotice(words, now));
    return { result: { want, told: words.map(saidKey) }, commit };
  });
  await tellNotices(store, machine, told);
  return want;
}
