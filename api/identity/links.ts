/** One-use links: those that sign another device in, and invitations. Tickets in `global` under the SHA-256 of their token, so that a copy of the store signs nobody in. */
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../relay/audit.ts';
import type { Store } from '../store/store.ts';
import { type Credential, scopeOfRole } from './caller.ts';
import type { People, Person } from './people.ts';
import { createId, createToken, hashSecret } from './secrets.ts';
import { type Granted, generation, inheritance, type SignedIn } from './sessions.ts';

/** Whom an invitation makes a member, and with whose word. */
interface Invited {
  /** Of the invitation. */
  readonly id: string;
  readonly organisation: string;
  readonly invited: Person;
  /** Who invited them: has to be an admin still when the link is opened. */
  readonly by: Actor;
  /** The key (its hash) that it was made with, if it was: ends with it. */
  readonly key?: string;
  /** Of the inviter's sessions: a changed password takes their open invitations back. */
  readonly generation?: number;
}

/** An open invitation; times in ms since 1970. */
export interface Invitation {
  readonly id: string;
  readonly name: string;
  readonly role: Person['role'];
  readonly by: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

type InvitationRow = Omit<Invitation, 'id' | 'expiresAt'> & { readonly hash: string };

/** A token, told this once. */
export interface Given {
  readonly token: string;
  /** Ms since 1970. */
  readonly expiresAt: number;
}

export interface Links {
  /** A token that signs in once, within `signInLinkMs`, asked for with `credential`: what a key has got ends with it, and nobody has proved more than who asked. */
  createLink(who: SignedIn, by: Actor, credential?: Credential): Promise<Given>;
  /** A token that makes somebody a member and signs them in, once, within `invitationMs`; void once `by` is no admin any more, has another password, or their key has ended. */
  invite(organisation: string, invited: Person, by: Actor, credential: Credential): Promise<Given>;
  /** Open ones, in the order of their ids, the first 500; lines of those that have expired are dropped on the way. */
  invitations(organisation: string): Promise<readonly Invitation[]>;
  /** Throws `invitation-unknown`. */
  revokeInvitation(organisation: string, id: string, by: Actor): Promise<void>;
  /** Spends a token: whom it signs in, who has become a member where it was an invitation. Throws `sign-in-link-spent`. */
  redeem(token: string): Promise<SignedIn & Pick<Granted, 'key' | 'provenAt'>>;
}

const TABLE = 'invitations';

/** The links to people in a store; `checkKey` throws for a key (by its hash) that has ended. */
export function createLinks(store: Store, people: People, checkKey: (hash: string) => Promise<unknown>): Links {
  const createTicket = async (who: Granted | Invited, ttlMs: number): Promise<Given & { readonly hash: string }> => {
    const token = createToken();
    const hash = hashSecret(token);
    await store.commit('global', { tickets: [{ name: linkTicket(hash), value: JSON.stringify(who), ttlMs }] });
    return { token, hash, expiresAt: store.now() + ttlMs };
  };
  return {
    createLink: async ({ organisation, person, scope }, by, credential) => {
      await record(store, organisation, { action: 'sign-in-link-made', result: 'done', by, about: { person } });
      const { generation: own } = await people.person(organisation, person);
      const granted = { organisation, person, scope, ...generation(own), ...(await inheritance(store, credential)) };
      return await createTicket(granted, limits.signInLinkMs);
    },
    invite: async (organisation, invited, by, credential) => {
      const { name, role } = invited;
      const id = createId();
      const { key } = await inheritance(store, credential);
      const { generation: own } = await people.person(organisation, by.person ?? '');
      const ticket = { id, organisation, invited, by, ...generation(own), ...(key === undefined ? {} : { key }) };
      const { hash, ...given } = await createTicket(ticket, limits.invitationMs);
      const row: InvitationRow = { hash, name, role, by: by.name, createdAt: store.now() };
      const act: Act = { action: 'member-invited', result: 'done', by, about: { person: invited.id, name, role } };
      const put = [{ table: TABLE, key: id, value: JSON.stringify(row) }];
      // The token is told only behind this: an invitation that nobody has recorded, nobody has.
      await commitRecorded(store, `o:${organisation}`, { put }, [act]);
      return given;
    },
    invitations: async (organisation) => {
      const rows = await store.list(`o:${organisation}`, TABLE, undefined, 500);
      const looked = rows.map(async ({ key: id, value }) => {
        const { hash, ...row } = JSON.parse(value) as InvitationRow;
        const ticket = await store.ticket('global', linkTicket(hash));
        return ticket === undefined ? { id } : { id, invitation: { id, ...row, expiresAt: ticket.expiresAt } };
      });
      const all = await Promise.all(looked);
      const gone = all
        .filter(({ invitation }) => invitation === undefined)
        .map(({ id }) => ({ table: TABLE, key: id }));
      if (gone.length > 0) await store.commit(`o:${organisation}`, { delete: gone });
      return all.flatMap(({ invitation }) => invitation ?? []);
    },
    revokeInvitation: async (organisation, id, by) => {
      const row = await store.row(`o:${organisation}`, TABLE, id);
      if (row === undefined) throw new Problem('invitation-unknown');
      const { hash, name } = JSON.parse(row.value) as InvitationRow;
      await store.commit('global', { tickets: [{ name: linkTicket(hash), value: null }] });
      const act: Act = { action: 'invitation-revoked', result: 'done', by, about: { name } };
      await commitRecorded(store, `o:${organisation}`, { delete: [{ table: TABLE, key: id }] }, [act]);
    },
    redeem: async (token) => {
      const meant = await spend(store, token);
      if (meant.key !== undefined) await checkKey(meant.key).catch(endedIsSpent);
      if ('invited' in meant) return await join(store, people, meant);
      const { generation: now } = await people.person(meant.organisation, meant.person).catch(endedIsSpent);
      if (now !== meant.generation) throw new Problem('sign-in-link-spent');
      return meant;
    },
  };
}

async function join(store: Store, people: People, meant: Invited): Promise<SignedIn> {
  const { id, organisation, invited, by } = meant;
  const inviter = await people.person(organisation, by.person ?? '').catch(endedIsSpent);
  if (scopeOfRole[inviter.role] !== 'admin' || inviter.generation !== meant.generation)
    throw new Problem('sign-in-link-spent');
  await people.add(
    organisation,
    { ...invited, joinedAt: store.now() },
    { person: invited.id, name: invited.name, via: 'link' },
  );
  await store.commit(`o:${organisation}`, { delete: [{ table: TABLE, key: id }] });
  // The scope is as wide as it can be: a session never does more than the role of its person.
  return { organisation, person: invited.id, scope: 'admin' };
}

/** Takes a link's ticket, so that of two readers of a link one gets in. */
async function spend(store: Store, token: string): Promise<Granted | Invited> {
  const name = linkTicket(hashSecret(token));
  const ticket = await store.ticket('global', name);
  if (ticket === undefined) throw new Problem('sign-in-link-spent');
  const { value } = ticket;
  const { done } = await store.commit('global', {
    expect: [{ ticket: name, value }],
    tickets: [{ name, value: null }],
  });
  if (!done) throw new Problem('sign-in-link-spent');
  return JSON.parse(value);
}

/** Who, or whose key, is gone has no links any more; a store that is away says nothing of that. */
function endedIsSpent(error: unknown): never {
  const isAway = !(error instanceof Problem) || error.code === 'store-away';
  throw isAway ? error : new Problem('sign-in-link-spent');
}

async function record(store: Store, organisation: string, act: Act): Promise<void> {
  await commitRecorded(store, `o:${organisation}`, {}, [act]);
}

function linkTicket(hash: string): string {
  return `sign-in/${hash}`;
}
