/** Keys of people and machines. */
import { actorOf } from '../identity/caller.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageReply, pageRequest } from './paging.ts';

const DAY_MS = 24 * 3600 * 1000;

/** The handlers of `/v1/keys`. A key without a scope reads. */
export function keyHandlers({ identity: { keys }, relay }: RouteDeps) {
  return {
    keys: async ({ caller, query, context }) => {
      const { limit, after } = pageRequest(query);
      return pageReply(context, await keys.list(caller.organisation, after, limit));
    },
    keyCreate: async ({ caller, body: { name, scope = 'read', expiresInDays } }) => {
      const expiry = expiresInDays === undefined ? {} : { expiresAt: relay.now() + expiresInDays * DAY_MS };
      const { organisation, person, most } = caller;
      const whose = { organisation, person, ...(most === undefined ? {} : { most }) };
      const { record, key } = await keys.create({ ...whose, name, scope, ...expiry }, actorOf(caller));
      return { status: 201, json: { ...record, key } };
    },
    keyRevoke: async ({ caller, params }) => {
      await keys.revoke(caller.organisation, params.key, actorOf(caller));
      return { json: {} };
    },
  } satisfies Partial<Handlers>;
}
