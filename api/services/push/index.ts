/** Web Push: people's devices are told of new notices by their push services (RFC 8030), which cannot read what they carry. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { countTry } from '../../identity/tries.ts';
import { served } from '../../routes/call.ts';
import { noticesOf } from '../notice-id.ts';
import { startOutbox } from '../outbox.ts';
import type { Service, ServiceParts } from '../service.ts';
import { createDevices, shownDevice } from './devices.ts';
import { encryptMessage, type ReceiverKeys } from './encrypt.ts';
import { push, type SendDeps, sendNotice } from './send.ts';
import { openVapid, type Vapid } from './vapid.ts';

const HOUR_MS = 3600_000;
/** Push services get an address of whoever runs the relay; a relay without a public one has none to give. */
const NO_CONTACT = 'mailto:nobody@localhost';

function sendDeps({ store, relay, identity, outbound, origin }: ServiceParts): SendDeps {
  let vapid: Promise<Vapid> | undefined;
  const contact = origin?.startsWith('https:') ? origin : NO_CONTACT;
  return {
    relay,
    identity,
    outbound,
    devices: createDevices(store),
    vapid: () => {
      vapid ??= openVapid(store, contact).catch((error: unknown) => {
        vapid = undefined;
        throw error;
      });
      return vapid;
    },
  };
}

export const pushService: Service = {
  name: 'push',
  feedKinds: {},
  routes: (parts) => {
    const deps = sendDeps(parts);
    const { devices, vapid } = deps;
    const { store, relay, outbound } = parts;
    return [
      served('push', async ({ caller }) => {
        const items = (await devices.own(caller)).map(shownDevice);
        return { json: { key: (await vapid()).publicKey, items } };
      }),
      served('pushAdd', async ({ caller, body }) => {
        outbound.check(body.endpoint);
        checkKeys(body.keys);
        return { status: 201, json: shownDevice(await devices.add(caller, body)) };
      }),
      served('pushChange', async ({ caller, params, body }) => ({
        json: shownDevice(await devices.change(caller, params.device, body)),
      })),
      served('pushRemove', async ({ caller, params }) => {
        const { id } = await devices.ownOne(caller, params.device);
        await devices.remove(caller.organisation, id);
        return { json: {} };
      }),
      served('pushTest', async ({ caller, params }) => {
        const device = await devices.ownOne(caller, params.device);
        await countTry(store, `push-test/${caller.person}`, limits.pushTestsPerHourMax, HOUR_MS);
        await push(deps, caller.organisation, device, { id: 'test', topic: 'test' });
        const after = await devices.get(caller.organisation, device.id);
        if (after === undefined)
          throw new Problem('push-device-unknown', 'Its push service has ended the subscription.');
        return { json: shownDevice(after) };
      }),
      served('pushNotice', async ({ caller, params }) => {
        const found = (await noticesOf(relay, caller)).find(({ id }) => id === params.notice);
        if (found === undefined) throw new Problem('notice-unknown');
        return { json: { id: found.id, key: found.key, ...found.notice } };
      }),
    ];
  },
  ofPerson: ({ store }) => {
    const { own, remove } = createDevices(store);
    return {
      read: async (whose) =>
        (await own(whose)).map((device) => ({ is: 'push-device', endpoint: device.endpoint, ...shownDevice(device) })),
      remove: async (whose) => {
        for (const { id } of await own(whose)) await remove(whose.organisation, id);
      },
    };
  },
  start: async (parts) => {
    const deps = sendDeps(parts);
    await deps.vapid();
    return startOutbox({
      ...parts,
      name: 'push',
      organisations: parts.identity.organisations.ids,
      addresses: deps.devices.ids,
      send: (organisation, device, notice) => sendNotice(deps, organisation, device, notice),
    });
  },
};

/** Throws `body-invalid` for a public key that is not a point of the curve. */
function checkKeys(keys: ReceiverKeys): void {
  try {
    encryptMessage(new Uint8Array(), keys);
  } catch (cause) {
    throw new Problem('body-invalid', 'This is not a public key of P-256.', { pointer: '/keys/p256dh' }, cause);
  }
}
