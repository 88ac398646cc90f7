/** Copies of the whole store, for the relay's operator. */
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { checkFirstOwner } from './members.ts';

/** The handler of `/v1/backups`. */
export function backupHandlers({ identity: { organisations }, backup }: RouteDeps) {
  return {
    backupCreate: async ({ caller }) => {
      await checkFirstOwner(organisations, caller);
      return { status: 201, json: { file: await backup(caller) } };
    },
  } satisfies Partial<Handlers>;
}
