/** Browsers that somebody was signed in with before, by the hash of a cookie that nobody guesses: what strangers try in vain does not keep them out (OWASP, "device cookies"). One row a person, of the latest ones. */
import { limits } from '#contract/limits.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
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

/** `at` in ms since 1970. */
interface Device {
  readonly hash: string;
  readonly at: number;
}

const TABLE = 'known-devices';

/** The known devices in a store. */
export function createKnownDevices(store: Store): KnownDevices {
  const read = async ({ organisation, person: key }: Whose) => {
    const found = await store.row(organisationShard(organisation), TABLE, key);
    const all: readonly Device[] = found === undefined ? [] : JSON.parse(found.value);
    const devices = all.filter(({ at }) => store.now() - at < limits.knownDeviceMs);
    return { row: { table: TABLE, key }, version: found?.version ?? 0, devices };
  };
  return {
    note: async (whose, token = createToken()) => {
      const hash = hashSecret(token);
      return await untilDone(store, organisationShard(whose.organisation), async () => {
        const { row, version, devices } = await read(whose);
        const others = devices.filter((device) => device.hash !== hash);
        const latest = [{ hash, at: store.now() }, ...others].slice(0, limits.knownDevicesMax);
        const put = [{ ...row, value: JSON.stringify(latest) }];
        return { result: token, commit: { expect: [{ row, version }], put } };
      });
    },
    isKnown: async (whose, token) => {
      const hash = hashSecret(token);
      const { devices } = await read(whose);
      return devices.some((device) => device.hash === hash);
    },
    forget: async ({ organisation, person }) => {
      await store.commit(organisationShard(organisation), { delete: [{ table: TABLE, key: person }] });
    },
  };
}
