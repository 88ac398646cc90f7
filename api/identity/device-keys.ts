/** Public keys of the devices that sign commands. A person who pins one on a machine compares it with what the device shows. The relay itself trusts none of them. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { DeviceKey } from '#contract/device-key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { fingerprintOf } from '#contract/signing.ts';
import { commitRecorded, withRecord } from '../audit/log.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import type { Whose } from './ways.ts';

export interface DeviceKeys {
  /** In the order of their fingerprints. */
  list(organisation: string): Promise<readonly DeviceKey[]>;
  /** Adds a key to the list; a listed key is not changed. Throws `device-keys-full`. */
  add(by: PersonCaller, name: string, publicKey: string): Promise<DeviceKey>;
  /** Removes the keys of a removed member. */
  forget(whose: Whose, by: Actor): Promise<void>;
  /** Removes the caller's own key, or as an admin any key. Throws `device-key-unknown`, `forbidden`. */
  remove(by: PersonCaller, fingerprint: string): Promise<void>;
}

/** In an organisation's shard, by fingerprint. */
const deviceKeys = defineTable('device-keys', v.object(DeviceKey.entries));

/** The device keys in a store. */
export function createDeviceKeys(store: Store): DeviceKeys {
  const list = async (organisation: string): Promise<readonly DeviceKey[]> =>
    (await deviceKeys.list(store, organisationShard(organisation), undefined, limits.deviceKeysMax)).rows.map(
      ({ value }) => value,
    );
  return {
    list,
    add: async (by, name, publicKey) => {
      const shard = organisationShard(by.organisation);
      const sha256 = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
      const fingerprint = fingerprintOf(sha256);
      return await untilDone(store, shard, async () => {
        const found = await deviceKeys.get(store, shard, fingerprint);
        if (found !== undefined) return { result: found.value };
        const createdAt = new Date(store.now()).toISOString();
        const added: DeviceKey = { fingerprint, publicKey, name, person: by.person, createdAt };
        const commit = {
          expect: [{ row: deviceKeys.at(fingerprint), version: 0 }],
          put: [deviceKeys.put(fingerprint, added)],
        };
        const whole = await withRecord(store, shard, commit, [toAct('device-key-added', added, actorOf(by))]);
        const { deviceKeysMax: most, deviceKeysPerPersonMax: ownMost } = limits;
        const all = await list(by.organisation);
        const own = all.filter(({ person }) => person === by.person).length;
        if (own >= ownMost)
          throw new Problem('device-keys-full', `You have ${own} device keys; one may have ${ownMost}.`);
        if (all.length >= most) throw new Problem('device-keys-full', `The organisation has ${most} device keys.`);
        return { result: added, commit: whole };
      });
    },
    forget: async ({ organisation, person }, by) => {
      const theirs = (await list(organisation)).filter((key) => key.person === person);
      const acts = theirs.map((key) => toAct('device-key-removed', key, by));
      const gone = { delete: theirs.map(({ fingerprint }) => deviceKeys.at(fingerprint)) };
      if (theirs.length > 0) await commitRecorded(store, organisationShard(organisation), gone, acts);
    },
    remove: async (by, fingerprint) => {
      const shard = organisationShard(by.organisation);
      const row = deviceKeys.at(fingerprint);
      await untilDone(store, shard, async () => {
        const found = await deviceKeys.get(store, shard, fingerprint);
        if (found === undefined) throw new Problem('device-key-unknown');
        const key = found.value;
        if (key.person !== by.person && by.scope !== 'admin')
          throw new Problem('forbidden', "It takes an admin to take another one's key back.");
        const commit = { expect: [{ row, version: found.version }], delete: [row] };
        return {
          result: undefined,
          commit: await withRecord(store, shard, commit, [toAct('device-key-removed', key, actorOf(by))]),
        };
      });
    },
  };
}

function toAct(action: 'device-key-added' | 'device-key-removed', key: DeviceKey, by: Actor): Act {
  return { action, result: 'done', by, about: { fingerprint: key.fingerprint, name: key.name } };
}
