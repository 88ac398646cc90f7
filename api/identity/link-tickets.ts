/** The tickets of one-use links, in the global shard under the SHA-256 of their tokens, so that nobody can sign in with a copy of the store. */
import * as v from 'valibot';
import { Actor } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineLayout, tryParse } from '../store/tables.ts';
import { Maker } from './makers.ts';
import { Person } from './people.ts';
import { createToken, hashSecret } from './secrets.ts';
import { Granted } from './session-tickets.ts';

/** The content of an invitation, and its author, who must still be an admin when the link is opened. */
const Invited = v.object({
  ...v.omit(Maker, ['person']).entries,
  /** Of the invitation. */
  id: v.string(),
  invited: Person,
  by: v.object(Actor.entries),
});
export type Invited = v.InferOutput<typeof Invited>;

/** A sign-in link for a person; `maker` is set if another person created it. */
const Linked = v.object({ ...Granted.entries, maker: v.exactOptional(Maker) });
export type Linked = v.InferOutput<typeof Linked>;

const tickets = defineLayout('the tickets of links', v.union([Linked, Invited]));

/** A token; only this answer has it. */
export interface Given {
  readonly token: string;
  /** Ms since 1970. */
  readonly expiresAt: number;
}

/** Creates a link, which is valid at once. */
export async function createTicket(
  store: Store,
  who: Linked | Invited,
  ttlMs: number,
): Promise<Given & { readonly hash: string }> {
  const token = createToken();
  const hash = hashSecret(token);
  await store.commit(globalShard, { tickets: [{ name: linkTicket(hash), value: tickets.format(who), ttlMs }] });
  return { token, hash, expiresAt: store.now() + ttlMs };
}

/** The person of a token, and how to take the token, so that only one of two users of a link can sign in. Throws `sign-in-link-spent`. */
export async function readTicket(store: Store, token: string) {
  const name = linkTicket(hashSecret(token));
  const ticket = await store.ticket(globalShard, name);
  const meant = ticket && tryParse(tickets, ticket.value, 'the tickets of links', '');
  if (ticket === undefined || meant === undefined) throw new Problem('sign-in-link-spent');
  const { value } = ticket;
  return {
    meant,
    spend: async () => {
      const expect = [{ ticket: name, value }];
      const { done } = await store.commit(globalShard, { expect, tickets: [{ name, value: null }] });
      if (!done) throw new Problem('sign-in-link-spent');
    },
  };
}

/** The ticket of a link, by the hash of its token. */
export function linkTicket(hash: string): string {
  return `sign-in/${hash}`;
}
