/** The upkeep of a machine: its feed, its audit, bodies that nobody names any more; one that has not been heard of for long is removed. */
import { limits } from '#contract/limits.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { relayActor } from '../commands/command-row.ts';
import { forgetOldUploads } from '../documents/uploads.ts';
import { keepUp, type Retention } from '../feeds/retention.ts';
import { type MachineRow, PRESENCE } from '../rows.ts';
import { removeMachine } from './machines.ts';

/** Does what is due every hour. */
export async function keepMachine(
  store: Store,
  { id, organisation, lastSeenAt, createdAt }: MachineRow,
  retention: Retention,
): Promise<void> {
  const shard = machineShard(id);
  const isPresent = (await store.ticket(shard, PRESENCE)) !== undefined;
  if (!isPresent && store.now() - (lastSeenAt ?? createdAt) > limits.machineKeptMs) {
    return removeMachine(store, organisation, id, relayActor);
  }
  await forgetOldUploads(store, id);
  await store.dropReleased(shard, limits.blobKeptMs);
  await store.touch(shard);
  await keepUp(store, shard, retention);
}
