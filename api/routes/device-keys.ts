/** Keys of devices that sign commands. Devices register them, and people read the list to pin one on a machine. */
import { checkWhole } from '../identity/caller.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The handlers of `/v1/device-keys`, and of a machine's call for the list. */
export function deviceKeyHandlers({ identity: { deviceKeys } }: RouteDeps) {
  return {
    deviceKeys: async ({ caller }) => ({ json: { items: await deviceKeys.list(caller.organisation) } }),
    deviceKeyAdd: async ({ caller, body }) => {
      checkWhole(caller);
      return { status: 201, json: await deviceKeys.add(caller, body) };
    },
    deviceKeyRemove: async ({ caller, params }) => {
      checkWhole(caller);
      await deviceKeys.remove(caller, params.fingerprint);
      return { json: {} };
    },
    bridgeDeviceKeys: async ({ caller }) => ({ json: { items: await deviceKeys.list(caller.organisation) } }),
  } satisfies Partial<Handlers>;
}
