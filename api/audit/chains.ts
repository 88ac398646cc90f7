/** Which logs the audit of an organisation is made of: its own two, those of its machines, and those that removed machines left. */
import { machineShard, organisationShard } from '../store/shards.ts';
import type { RowName, Store } from '../store/store.ts';
import { strands } from './log.ts';
import { removedHeads, removedLog } from './retention.ts';

/** One log: where it lies, and where its head is noted. */
export interface Chain {
  readonly shard: string;
  /** Whose it is; absent for the organisation's own. */
  readonly machine?: string;
  readonly log: string;
  readonly chain: string;
  readonly head: RowName;
}

/** The logs of an organisation, whose machines are `present`. Its own are always among them: they tell of machines too. */
export async function chainsOf(
  store: Store,
  organisation: string,
  present: readonly string[],
  machine?: string,
): Promise<readonly Chain[]> {
  const shard = organisationShard(organisation);
  const own = strands.map(({ suffix, ...strand }): Chain => ({ ...strand, shard, chain: `organisation${suffix}` }));
  const ofMachines = present.flatMap((id) =>
    strands.map(
      ({ suffix, ...strand }): Chain => ({ ...strand, shard: machineShard(id), machine: id, chain: `${id}${suffix}` }),
    ),
  );
  // One whose removal is not finished is in both: what it left is the beginning of what it has.
  const unfinished = new Set(ofMachines.map(({ chain }) => chain));
  const removed: Chain[] = [];
  for await (const { key } of removedHeads.each(store, shard)) {
    const owner = key.split('/')[0] ?? '';
    if (!unfinished.has(key))
      removed.push({ shard, machine: owner, log: removedLog(key), chain: key, head: removedHeads.at(key) });
  }
  return [...own, ...[...ofMachines, ...removed].filter((one) => machine === undefined || one.machine === machine)];
}
