/** All that is kept of somebody who is no member any more, and goes: what the core, identity and each service have. The audit stays. */
import type { Actor } from '#contract/audit.ts';
import type { Identity } from './identity/identity.ts';
import type { KeptOfPerson, WhoseKept } from './kept-of-person.ts';
import type { Relay } from './relay/relay.ts';

export interface Keepers {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly keptByServices: readonly KeptOfPerson[];
}

/** Removes it, what lets the person in first. Safe to repeat; it is due until all of it is done. */
export async function forgetMember(
  { relay, identity, keptByServices }: Keepers,
  whose: WhoseKept,
  by: Actor,
): Promise<void> {
  await identity.forget(whose, by);
  for (const kept of keptByServices) await kept.remove(whose);
  await relay.forgetPerson(whose);
}
