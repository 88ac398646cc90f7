/** Who belongs to the organisation, and how others come to. */

import { actorOf } from '../identity/caller.ts';
import type { Person } from '../identity/people.ts';
import { createId } from '../identity/secrets.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageReply, pageRequest } from './paging.ts';
import { signInPath } from './sessions.ts';

/** The handlers of `/v1/members` and `/v1/invitations`. */
export function memberHandlers({ identity, config, relay }: RouteDeps) {
  const { people, sessions } = identity;
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
      const { organisation } = caller;
      await identity.forget({ organisation, person: params.person }, actorOf(caller));
      return { json: {} };
    },
    invitationCreate: async ({ caller, body: { name, role } }) => {
      const { organisation } = caller;
      const invited = { id: createId(), name, role, joinedAt: relay.now() };
      const { token, expiresAt } = await sessions.createInvitation({ organisation, invited, by: actorOf(caller) });
      const url = `${config.publicUrl?.origin ?? ''}${signInPath(token)}`;
      return { status: 201, json: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  } satisfies Partial<Handlers>;
}

function toMember({ id, name, role, joinedAt }: Person) {
  return { id, name, role, ...(joinedAt === undefined ? {} : { joinedAt: new Date(joinedAt).toISOString() }) };
}
