/** What is kept for a person who is no member any more goes with them. Whoever removes them does it; the sweep does what is left where their process ends meanwhile. */
import { organisationShard, personShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';

/** In an organisation's shard: a person who has left, of whom something may be kept. */
export const LEFT_DUE = 'person-left:';
/** Whoever removes a person has done with it by then. */
export const LEFT_AFTER_MS = 60_000;

/** Whose things: those of a person in their organisation. */
export interface Left {
  readonly organisation: string;
  readonly person: string;
}

/** Drops the person's own shard of the organisation; nothing of them is due any more. Safe to repeat. */
export async function forgetPerson(store: Store, { organisation, person }: Left): Promise<void> {
  await store.drop(personShard(organisation, person));
  await store.commit(organisationShard(organisation), { due: [{ id: `${LEFT_DUE}${person}`, at: null }] });
}
