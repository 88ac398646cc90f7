/** Members of the organisation, and invitations. */

import { Problem } from '#contract/problems.ts';
import { forgetMember } from '../former-member.ts';
import { actorOf, type PersonCaller } from '../identity/caller.ts';
import type { Invitation } from '../identity/invitations.ts';
import type { Given } from '../identity/link-tickets.ts';
import type { Organisations } from '../identity/organisations.ts';
import type { Person } from '../identity/people.ts';
import { createId } from '../identity/secrets.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { signInPath } from './me.ts';
import { pageReply, pageRequest } from './paging.ts';

/** The handlers of `/v1/members`, `/v1/invitations` and of organisations. */
export function memberHandlers(deps: RouteDeps) {
  const { identity, config } = deps;
  const { organisations, people, links, invitations } = identity;
  const toLink = ({ token, expiresAt }: Given) => ({
    url: `${config.publicUrl?.origin ?? ''}${signInPath(token)}`,
    expiresAt: iso(expiresAt),
  });
  return {
    members: async ({ caller, query, context }) => {
      const { limit, after } = pageRequest(query);
      const { items, ...rest } = await people.list(caller.organisation, after, limit);
      return pageReply(context, { items: items.map(toMember), ...rest });
    },
    memberChange: async ({ caller, params, body }) => {
      return { json: toMember(await people.setRole(params.person, body.role, caller)) };
    },
    memberRemove: async ({ caller, params }) => {
      await people.remove(params.person, caller);
      const whose = { organisation: caller.organisation, person: params.person };
      await forgetMember(deps, whose, actorOf(caller));
      return { json: {} };
    },
    memberRevoke: async ({ caller, params }) => {
      await identity.revokeAll(params.person, caller);
      return { json: {} };
    },
    invitationCreate: async ({ caller, body: { name, role } }) => {
      return { status: 201, json: toLink(await invitations.invite({ id: createId(), name, role }, caller)) };
    },
    memberSignInLink: async ({ caller, params }) => {
      const member = await people.member(caller.organisation, params.person);
      return { status: 201, json: toLink(await links.createLinkFor(member, caller)) };
    },
    invitations: async ({ caller }) => ({
      json: { items: (await invitations.list(caller.organisation)).map(toInvitation) },
    }),
    invitationRevoke: async ({ caller, params }) => {
      await invitations.revoke(caller.organisation, params.invitation, actorOf(caller));
      return { json: {} };
    },
    organisationChange: async ({ caller, body: { name } }) => {
      checkOwner(caller);
      return { json: await organisations.rename(name, caller) };
    },
    organisationCreate: async ({ caller, body: { name, owner } }) => {
      await checkFirstOwner(organisations, caller);
      const made = await organisations.create(name, owner, caller);
      return { status: 201, json: toLink(await links.createFirstLink(made, caller)) };
    },
  } satisfies Partial<Handlers>;
}

/** Checks for the operator: an owner of the first organisation. Throws Problem `forbidden`. */
export async function checkFirstOwner(organisations: Organisations, caller: PersonCaller): Promise<void> {
  checkOwner(caller);
  if (caller.organisation !== (await organisations.first()))
    throw new Problem('forbidden', 'It takes an owner of the first organisation of this relay.');
}

function checkOwner({ role }: PersonCaller): void {
  if (role !== 'owner') throw new Problem('forbidden', 'It takes an owner.');
}

function toInvitation({ createdAt, expiresAt, ...rest }: Invitation) {
  return { ...rest, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function toMember({ id, name, role, joinedAt }: Person) {
  return { id, name, role, ...(joinedAt === undefined ? {} : { joinedAt: iso(joinedAt) }) };
}
