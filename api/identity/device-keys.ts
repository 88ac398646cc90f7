/** Public keys of the devices that sign commands. A person who pins one on a machine compares it with what the device shows. The relay itself trusts none of them. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { DeviceKey, type DeviceKeyRequest } from '#contract/device-key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { proofText } from '#contract/sealing.ts';
import { fingerprintOf } from '#contract/signing.ts';
import { commitRecorded, withRecord } from '../audit/log.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, type Versioned } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import type { Whose } from './ways.ts';

export interface DeviceKeys {
  /** In the order of their fingerprints. */
  list(organisation: string): Promise<readonly DeviceKey[]>;
  /** Adds a key to the list; of a listed key of the caller only its sealing key changes. Throws `device-keys-full`, `body-invalid`. */
  add(by: PersonCaller, asked: DeviceKeyRequest): Promise<DeviceKey>;
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
    add: async (by, asked) => {
      const { name, publicKey } = asked;
      const sealing = sealingOf(asked);
      const shard = organisationShard(by.organisation);
      const sha256 = createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest();
      const fingerprint = fingerprintOf(sha256);
      return await untilDone(store, shard, async () => {
        const found = await deviceKeys.get(store, shard, fingerprint);
        if (found !== undefined) return await withSealing(store, shard, by, found, sealing);
        const createdAt = new Date(store.now()).toISOString();
        const added: DeviceKey = { fingerprint, publicKey, ...sealing, name, person: by.person, createdAt };
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

type Sealing = Pick<DeviceKey, 'sealingKey' | 'proof'>;

/** The sealing key of a request. Machines check the proof too; here it keeps others from registering one that is not the device's. */
function sealingOf({ publicKey, sealingKey, proof }: DeviceKeyRequest): Sealing {
  if (sealingKey === undefined || proof === undefined) return {};
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  if (!verify(undefined, Buffer.from(proofText(sealingKey)), key, Buffer.from(proof, 'base64url')))
    throw new Problem('body-invalid', 'The proof is not a signature of the sealing key by this key.');
  return { sealingKey, proof };
}

/** A key that is listed already: devices of before have no sealing key yet. */
async function withSealing(
  store: Store,
  shard: string,
  by: PersonCaller,
  { value, version }: Versioned<DeviceKey>,
  sealing: Sealing,
) {
  const isSame = sealing.sealingKey === undefined || sealing.sealingKey === value.sealingKey;
  if (isSame || value.person !== by.person) return { result: value };
  const changed = { ...value, ...sealing };
  const row = deviceKeys.at(value.fingerprint);
  const commit = { expect: [{ row, version }], put: [deviceKeys.put(value.fingerprint, changed)] };
  const acts = [toAct('device-key-added', changed, actorOf(by))];
  return { result: changed, commit: await withRecord(store, shard, commit, acts) };
}

function toAct(action: 'device-key-added' | 'device-key-removed', key: DeviceKey, by: Actor): Act {
  return { action, result: 'done', by, about: { fingerprint: key.fingerprint, name: key.name } };
}
