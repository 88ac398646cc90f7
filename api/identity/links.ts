/** One-use links: those that sign another device in, and invitations. Tickets in `global` under the SHA-256 of their token, so that a copy of the store signs nobody in. */
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../relay/audit.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type Credential, isGone, type PersonCaller, scopeOfRole } from './caller.ts';
import { type Maker, type Makers, mayLinkFor } from './makers.ts';
import type { Founded, People, Person } from './people.ts';
import { checkCount, checkRoom } from './room.ts';
import { createId, createToken, hashSecret } from './secrets.ts';
import { type Granted, generation, inheritance, type SignedIn } from './sessions.ts';

/** Whom an invitation makes a member, and with whose word, who has to be an admin still when the link is opened. */
interface Invited extends Pick<Maker, 'key' | 'generation' | 'most'> {
  /** Of the invitation. */
  readonly id: string;
  readonly organisation: string;
  readonly invited: Person;
  readonly by: Actor;
}

/** A link for somebody's sign-in; `maker` where another has made it. */
interface Linked extends Granted {
  readonly maker?: Maker;
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
  /** A token that signs its own maker in once, within `signInLinkMs`, asked for with `credential`: what a key has got ends with it, and nobody has proved more than who asked. */
  createLink(who: SignedIn, by: Actor, credential?: Credential): Promise<Given>;
  /** The same for another member, as what they are now. It opens only while `by` may still make it. Throws `forbidden`. */
  createLinkFor(member: Person, by: PersonCaller): Promise<Given>;
  /** The same for the owner of an organisation that `by` has just made; its log tells nothing of `by`, who belongs to another one. */
  createFirstLink(owner: Founded, by: PersonCaller): Promise<Given>;
  /** A token that makes somebody a member and signs them in, once, within `invitationMs`; void once `by` is no admin any more, has another password, or their key has ended. Throws `too-many-kept`. */
  invite(invited: Person, by: PersonCaller): Promise<Given>;
  /** Open ones, in the order of their ids; lines of those that have expired are dropped on the way. */
  invitations(organisation: string): Promise<readonly Invitation[]>;
  /** Throws `invitation-unknown`. */
  revokeInvitation(organisation: string, id: string, by: Actor): Promise<void>;
  /** Whom a token would sign in, which is not spent by that. Throws `sign-in-link-spent`. */
  look(token: string): Promise<Meant>;
  /** Spends a token: whom it signs in, who has become a member where it was an invitation. Throws `sign-in-link-spent`. */
  redeem(token: string): Promise<SignedIn & Pick<Granted, 'key' | 'provenAt'>>;
}

/** Whom a link is for. */
export interface Meant {
  readonly organisation: string;
  readonly person: string;
  readonly name: string;
}

const TABLE = 'invitations';

/** The links to people in a store. */
export function createLinks(store: Store, people: People, makers: Makers): Links {
  const createTicket = async (who: Linked | Invited, ttlMs: number): Promise<Given & { readonly hash: string }> => {
    const token = createToken();
    const hash = hashSecret(token);
    await store.commit(globalShard, { tickets: [{ name: linkTicket(hash), value: JSON.stringify(who), ttlMs }] });
    return { token, hash, expiresAt: store.now() + ttlMs };
  };
  const linkTo = async (who: Linked, by: Actor): Promise<Given> => {
    const { organisation, person } = who;
    await record(store, organisation, { action: 'sign-in-link-made', result: 'done', by, about: { person } });
    const { generation: own } = await people.person(organisation, person);
    return await createTicket({ ...who, ...generation(own) }, limits.signInLinkMs);
  };
  const createLink: Links['createLink'] = async ({ organisation, person, scope, most }, by, credential) => {
    const who = { organisation, person, scope, ...(most === undefined ? {} : { most }) };
    return await linkTo({ ...who, ...(await inheritance(store, credential)) }, by);
  };
  return {
    createLink,
    createLinkFor: async ({ id: person, role: most }, by) => {
      if (person === by.person) return await createLink({ ...by, scope: by.given }, actorOf(by), by.credential);
      if (!mayLinkFor(by.role, most))
        throw new Problem('forbidden', 'An admin makes links for viewers and members; it takes an owner for others.');
      const who = { organisation: by.organisation, person, scope: 'admin', most } as const;
      const from = { ...(await inheritance(store, by.credential)), maker: await makers.of(by) };
      return await linkTo({ ...who, ...from }, actorOf(by));
    },
    createFirstLink: async (owner, by) =>
      await linkTo({ ...owner, scope: 'admin', most: 'owner', maker: await makers.of(by) }, relayItself),
    invite: async (invited, by) => {
      const { name, role } = invited;
      const id = createId();
      const { person: _, ...maker } = await makers.of(by);
      const actor = actorOf(by);
      const { hash, ...given } = await createTicket({ id, invited, by: actor, ...maker }, limits.invitationMs);
      const row: InvitationRow = { hash, name, role, by: by.name, createdAt: store.now() };
      const about = { person: invited.id, name, role };
      const act: Act = { action: 'member-invited', result: 'done', by: actor, about };
      const put = [{ table: TABLE, key: id, value: JSON.stringify(row) }];
      // The token is told only behind this: an invitation that nobody has recorded, nobody has.
      const shard = organisationShard(by.organisation);
      const check = async () => {
        if ((await store.count(shard, TABLE)) < limits.invitationsMax) return;
        // Those that have expired leave the list when somebody looks at it.
        checkCount((await openInvitations(store, by.organisation)).length, limits.invitationsMax, 'open invitations');
      };
      await checkRoom(store, shard, 'people', limits.membersMax, 'members');
      await commitRecorded(store, shard, { put }, [act], check);
      return given;
    },
    invitations: (organisation) => openInvitations(store, organisation),
    revokeInvitation: async (organisation, id, by) => {
      const row = await store.row(organisationShard(organisation), TABLE, id);
      if (row === undefined) throw new Problem('invitation-unknown');
      const { hash, name } = JSON.parse(row.value) as InvitationRow;
      await store.commit(globalShard, { tickets: [{ name: linkTicket(hash), value: null }] });
      const act: Act = { action: 'invitation-revoked', result: 'done', by, about: { name } };
      await commitRecorded(store, organisationShard(organisation), { delete: [{ table: TABLE, key: id }] }, [act]);
    },
    look: async (token) => {
      const meant = parse(await ticketOf(store, token));
      const { organisation } = meant;
      if ('invited' in meant) return { organisation, person: meant.invited.id, name: meant.invited.name };
      const { id, name } = await people.person(organisation, meant.person).catch(goneIsSpent);
      return { organisation, person: id, name };
    },
    redeem: async (token) => {
      const value = await ticketOf(store, token);
      const meant = parse(value);
      // Looked at before it is spent: a store that fails here leaves the link as it was.
      if ('invited' in meant) await checkInvited(makers, meant);
      else await checkLinked(people, makers, meant);
      await spend(store, token, value);
      return 'invited' in meant ? await join(store, people, meant) : meant;
    },
  };
}

/** Invitations that nobody has opened; lines of those that have expired are dropped on the way. */
async function openInvitations(store: Store, organisation: string): Promise<readonly Invitation[]> {
  const rows = await store.list(organisationShard(organisation), TABLE, undefined, limits.invitationsMax);
  const looked = rows.map(async ({ key: id, value }) => {
    const { hash, ...row } = JSON.parse(value) as InvitationRow;
    const ticket = await store.ticket(globalShard, linkTicket(hash));
    return ticket === undefined ? { id } : { id, invitation: { id, ...row, expiresAt: ticket.expiresAt } };
  });
  const all = await Promise.all(looked);
  const gone = all.filter(({ invitation }) => invitation === undefined).map(({ id }) => ({ table: TABLE, key: id }));
  if (gone.length > 0) await store.commit(organisationShard(organisation), { delete: gone });
  return all.flatMap(({ invitation }) => invitation ?? []);
}

/** Throws `sign-in-link-spent` where a link opens nothing any more: its person or key is gone, their password is another, or whoever made it for them may not do so now. */
async function checkLinked(people: People, makers: Makers, meant: Linked): Promise<void> {
  const { organisation, key, maker } = meant;
  const { generation: now, role } = await people.person(organisation, meant.person).catch(goneIsSpent);
  if (now !== meant.generation) throw new Problem('sign-in-link-spent');
  const own: Maker = { organisation, person: meant.person, ...generation(now), ...(key === undefined ? {} : { key }) };
  const may = await makers.roleNow(maker ?? own);
  const isFounder = maker !== undefined && maker.organisation !== organisation;
  const right = isFounder ? may === 'owner' : maker === undefined || mayLinkFor(may ?? 'viewer', role);
  if (may === undefined || !right) throw new Problem('sign-in-link-spent');
}

async function checkInvited(makers: Makers, meant: Invited): Promise<void> {
  const may = await makers.roleNow({ ...meant, person: meant.by.person ?? '' });
  if (may === undefined || scopeOfRole[may] !== 'admin') throw new Problem('sign-in-link-spent');
}

async function join(store: Store, people: People, { id, organisation, invited }: Invited): Promise<SignedIn> {
  await people.add(
    organisation,
    { ...invited, joinedAt: store.now() },
    { person: invited.id, name: invited.name, via: 'link' },
  );
  await store.commit(organisationShard(organisation), { delete: [{ table: TABLE, key: id }] });
  return { organisation, person: invited.id, scope: 'admin', most: invited.role };
}

async function ticketOf(store: Store, token: string): Promise<string> {
  const ticket = await store.ticket(globalShard, linkTicket(hashSecret(token)));
  if (ticket === undefined) throw new Problem('sign-in-link-spent');
  return ticket.value;
}

/** Takes a link's ticket, so that of two readers of a link one gets in. */
async function spend(store: Store, token: string, value: string): Promise<void> {
  const name = linkTicket(hashSecret(token));
  const { done } = await store.commit(globalShard, {
    expect: [{ ticket: name, value }],
    tickets: [{ name, value: null }],
  });
  if (!done) throw new Problem('sign-in-link-spent');
}

/** Tickets are our own writing: they are typed, not checked. */
function parse(value: string): Linked | Invited {
  return JSON.parse(value);
}

/** Who is gone has no links any more; a store that does not answer says nothing of that. */
function goneIsSpent(error: unknown): never {
  throw isGone(error) ? new Problem('sign-in-link-spent') : error;
}

/** Whoever makes an organisation belongs to another one, whose people are nobody's business there. */
const relayItself: Actor = { name: 'relay', via: 'relay' };

async function record(store: Store, organisation: string, act: Act): Promise<void> {
  await commitRecorded(store, organisationShard(organisation), {}, [act]);
}

function linkTicket(hash: string): string {
  return `sign-in/${hash}`;
}
