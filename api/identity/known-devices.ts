/** Browsers in which a person was signed in before, by the hash of a random cookie. Failed tries of strangers do not lock them out (OWASP, "device cookies"). One row per person, with the latest browsers. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { createToken, hashSecret } from './secrets.ts';
import type { Whose } from './ways.ts';

export interface KnownDevices {
  /** Remembers that a person has signed in with the device of this token, or with a new one. Resolves to the token to store. */
  note(whose: Whose, token: string | undefined): Promise<string>;
  /** Whether the person has signed in with the device before. */
  isKnown(whose: Whose, token: string): Promise<boolean>;
  /** Drops the devices of a removed member. */
  forget(whose: Whose): Promise<void>;
}

/** In an organisation's shard, by person; `at` in ms since 1970. */
const knownDevices = defineTable('known-devices', v.array(v.object({ hash: v.string(), at: v.number() })));

/** The known devices in a store. */
export function createKnownDevices(store: Store): KnownDevices {
  const read = async ({ organisation, person: key }: Whose) => {
    const found = await knownDevices.get(store, organisationShard(organisation), key);
    const devices = (found?.value ?? []).filter(({ at }) => store.now() - at < limits.knownDeviceMs);
    return { row: knownDevices.at(key), version: found?.version ?? 0, devices };
  };
  return {
    note: async (whose, token = createToken()) => {
      const hash = hashSecret(token);
      return await untilDone(store, organisationShard(whose.organisation), async () => {
        const { row, version, devices } = await read(whose);
        const others = devices.filter((device) => device.hash !== hash);
        const latest = [{ hash, at: store.now() }, ...others].slice(0, limits.knownDevicesMax);
        const put = [knownDevices.put(row.key, latest)];
        return { result: token, commit: { expect: [{ row, version }], put } };
      });
    },
    isKnown: async (whose, token) => {
      const hash = hashSecret(token);
      const { devices } = await read(whose);
      return devices.some((device) => device.hash === hash);
    },
    forget: async ({ organisation, person }) => {
      await store.commit(organisationShard(organisation), { delete: [knownDevices.at(person)] });
    },
  };
}
