/** What the core kept for a person who is no member any more goes with them. */
import { organisationShard, personShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';

/** In an organisation's shard: a person who has left. */
export const LEFT_DUE = 'person-left:';

/** Drops the person's own shard of the organisation. Safe to repeat. */
export async function forgetPerson(store: Store, organisation: string, person: string): Promise<void> {
  await store.drop(personShard(organisation, person));
  await store.commit(organisationShard(organisation), { due: [{ id: `${LEFT_DUE}${person}`, at: null }] });
}
