/** Browsers that somebody was signed in with before, by the hash of a cookie that nobody guesses: what strangers try in vain does not keep them out (OWASP, "device cookies"). One row a person, of the latest ones. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { createToken, hashSecret } from './secrets.ts';
import type { Whose } from './ways.ts';

export interface KnownDevices {
  /** Remembers that somebody has signed in with the device of this token, or with a new one; resolves to the token to keep. */
  note(whose: Whose, token: string | undefined): Promise<string>;
  /** Whether somebody has signed in with the device. */
  isKnown(whose: Whose, token: string): Promise<boolean>;
  /** Forgets those of somebody who was removed. */
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
