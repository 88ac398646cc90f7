/** The ticket of a session, in the global shard under the SHA-256 of its token, so that a copy of the store signs nobody in; and what links take over of it. */
import * as v from 'valibot';
import type { Actor } from '#contract/audit.ts';
import * as contract from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineLayout, tryParse } from '../store/tables.ts';
import type { Credential } from './caller.ts';

/** Whom a link or session stands for, and with which scope: never more than its maker had. */
export const SignedIn = v.object({
  organisation: v.string(),
  person: v.string(),
  scope: contract.Scope,
  /** The most that it ever does: what its person was when somebody else made the link for them. */
  most: v.exactOptional(contract.Role),
});
export type SignedIn = v.InferOutput<typeof SignedIn>;

/** A ticket's value: whom it stands for, in which generation of their sessions, and the key (its hash) by which it was got, with which it ends. */
export const Granted = v.object({
  ...SignedIn.entries,
  generation: v.exactOptional(v.number()),
  key: v.exactOptional(v.string()),
  /** When whoever made a link had last proved who they are, in ms since 1970: whoever opens it has not done so since. */
  provenAt: v.exactOptional(v.number()),
});
export type Granted = v.InferOutput<typeof Granted>;

/** How somebody proved who they are. */
export const SignInWay = v.picklist(['link', 'password', 'passkey', 'oidc'] satisfies Actor['via'][]);
export type SignInWay = v.InferOutput<typeof SignInWay>;

const SessionTicket = v.object({
  ...Granted.entries,
  id: v.string(),
  /** When its person last proved who they are, in ms since 1970. */
  at: v.number(),
  way: SignInWay,
});
export type SessionTicket = v.InferOutput<typeof SessionTicket>;
export const tickets = defineLayout('the tickets of sessions', SessionTicket);

/** The text of a ticket that lives. Throws `session-ended`. */
export async function ticketOf(store: Store, hash: string): Promise<string> {
  const ticket = await store.ticket(globalShard, sessionTicket(hash));
  if (ticket === undefined) throw new Problem('session-ended');
  return ticket.value;
}

/** What a link takes over of whoever asks for it: the key by which they came in, with which it ends, and when they last proved who they are; a key proves nothing of that. */
export async function inheritance(
  store: Store,
  credential: Credential | undefined,
): Promise<Pick<Granted, 'key' | 'provenAt'>> {
  if (credential === undefined) return { provenAt: store.now() };
  if (credential.type === 'key') return { key: credential.hash, provenAt: 0 };
  const { key, at } = parseTicket(await ticketOf(store, credential.hash));
  return { provenAt: at, ...(key === undefined ? {} : { key }) };
}

/** The member that tells a generation, where there is one. */
export function generation(value: number | undefined) {
  return value === undefined ? {} : { generation: value };
}

/** One that cannot be read has ended: its person signs in again. So have those of release 0.1.0, which have no id. */
export function parseTicket(value: string): SessionTicket {
  const ticket = readTicket(value);
  if (ticket === undefined) throw new Problem('session-ended');
  return ticket;
}

/** Undefined for one that cannot be read. */
export function readTicket(value: string): SessionTicket | undefined {
  return tryParse(tickets, value, 'the tickets of sessions', '');
}

/** The name of a session's ticket, by the hash of its token. */
export function sessionTicket(hash: string): string {
  return `session/${hash}`;
}
