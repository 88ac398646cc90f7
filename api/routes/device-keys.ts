/** Keys of devices that sign commands: told by the device, read by whoever pins one on a machine. */
import { checkWhole } from '../identity/caller.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The handlers of `/v1/device-keys` and of the machine's look at them. */
export function deviceKeyHandlers({ identity: { deviceKeys } }: RouteDeps) {
  return {
    deviceKeys: async ({ caller }) => ({ json: { items: await deviceKeys.list(caller.organisation) } }),
    deviceKeyAdd: async ({ caller, body: { name, publicKey } }) => {
      checkWhole(caller);
      return { status: 201, json: await deviceKeys.add(caller, name, publicKey) };
    },
    deviceKeyRemove: async ({ caller, params }) => {
      checkWhole(caller);
      await deviceKeys.remove(caller, params.fingerprint);
      return { json: {} };
    },
    bridgeDeviceKeys: async ({ caller }) => ({ json: { items: await deviceKeys.list(caller.organisation) } }),
  } satisfies Partial<Handlers>;
}
