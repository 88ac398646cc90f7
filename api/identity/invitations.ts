/** Invitations: one-use links that make somebody a member, and the list of those that nobody has opened. */
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Role } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { actorOf, type PersonCaller, scopeOfRole } from './caller.ts';
import { createTicket, type Given, type Invited, linkTicket } from './link-tickets.ts';
import type { Makers } from './makers.ts';
import { type People, type Person, people as peopleTable } from './people.ts';
import { checkCount, checkRoom } from './room.ts';
import { createId } from './secrets.ts';
import type { SignedIn } from './session-tickets.ts';

const InvitationRow = v.object({
  hash: v.string(),
  name: v.string(),
  role: Role,
  /** Who invited them. */
  by: v.string(),
  createdAt: v.number(),
});

/** In an organisation's shard, by id. One that cannot be read is not listed; its link works all the same. */
const invitations = defineTable('invitations', InvitationRow);

/** An open invitation; times in ms since 1970. */
export interface Invitation extends Omit<v.InferOutput<typeof InvitationRow>, 'hash'> {
  readonly id: string;
  readonly expiresAt: number;
}

export interface Invitations {
  /** A token that makes somebody a member and signs them in, once, within `invitationMs`; void once `by` is no admin any more, has another password, or their key has ended. Throws `too-many-kept`. */
  invite(invited: Person, by: PersonCaller): Promise<Given>;
  /** Open ones, in the order of their ids; lines of those that have expired are dropped on the way. */
  list(organisation: string): Promise<readonly Invitation[]>;
  /** Throws `invitation-unknown`. */
  revoke(organisation: string, id: string, by: Actor): Promise<void>;
}

/** The invitations in a store. */
export function createInvitations(store: Store, makers: Makers): Invitations {
  return {
    invite: (invited, by) => invite(store, makers, invited, by),
    list: (organisation) => openInvitations(store, organisation),
    revoke: async (organisation, id, by) => {
      const row = await invitations.get(store, organisationShard(organisation), id);
      if (row === undefined) throw new Problem('invitation-unknown');
      const { hash, name } = row.value;
      await store.commit(globalShard, { tickets: [{ name: linkTicket(hash), value: null }] });
      const act: Act = { action: 'invitation-revoked', result: 'done', by, about: { name } };
      await commitRecorded(store, organisationShard(organisation), { delete: [invitations.at(id)] }, [act]);
    },
  };
}

async function invite(store: Store, makers: Makers, invited: Person, by: PersonCaller): Promise<Given> {
  const { name, role } = invited;
  const id = createId();
  const { person: _, ...maker } = await makers.of(by);
  const actor = actorOf(by);
  const { hash, ...given } = await createTicket(store, { id, invited, by: actor, ...maker }, limits.invitationMs);
  const about = { person: invited.id, name, role };
  const act: Act = { action: 'member-invited', result: 'done', by: actor, about };
  const put = [invitations.put(id, { hash, name, role, by: by.name, createdAt: store.now() })];
  const shard = organisationShard(by.organisation);
  const check = async () => {
    if ((await store.count(shard, invitations.name)) < limits.invitationsMax) return;
    // Those that have expired leave the list when somebody looks at it.
    checkCount((await openInvitations(store, by.organisation)).length, limits.invitationsMax, 'open invitations');
  };
  await checkRoom(store, shard, peopleTable.name, limits.membersMax, 'members');
  // The token is told only behind this: an invitation that nobody has recorded, nobody has.
  await commitRecorded(store, shard, { put }, [act], check);
  return given;
}

/** Invitations that nobody has opened; lines of those that have expired are dropped on the way. */
async function openInvitations(store: Store, organisation: string): Promise<readonly Invitation[]> {
  const shard = organisationShard(organisation);
  const { rows } = await invitations.list(store, shard, undefined, limits.invitationsMax);
  const looked = rows.map(async ({ key: id, value: { hash, ...row } }) => {
    const ticket = await store.ticket(globalShard, linkTicket(hash));
    return ticket === undefined ? { id } : { id, invitation: { ...row, id, expiresAt: ticket.expiresAt } };
  });
  const all = await Promise.all(looked);
  const gone = all.filter(({ invitation }) => invitation === undefined).map(({ id }) => invitations.at(id));
  if (gone.length > 0) await store.commit(shard, { delete: gone });
  return all.flatMap(({ invitation }) => invitation ?? []);
}

/** Throws `sign-in-link-spent` where whoever invited may not do so any more. */
export async function checkInvited(makers: Makers, meant: Invited): Promise<void> {
  const may = await makers.roleNow({ ...meant, person: meant.by.person ?? '' });
  if (may === undefined || scopeOfRole[may] !== 'admin') throw new Problem('sign-in-link-spent');
}

/** Makes the one who was invited a member. */
export async function join(store: Store, people: People, { id, organisation, invited }: Invited): Promise<SignedIn> {
  await people.add(
    organisation,
    { ...invited, joinedAt: store.now() },
    { person: invited.id, name: invited.name, via: 'link' },
  );
  await store.commit(organisationShard(organisation), { delete: [invitations.at(id)] });
  return { organisation, person: invited.id, scope: 'admin', most: invited.role };
}
