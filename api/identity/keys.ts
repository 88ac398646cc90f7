/** Keys of people and machines. A key's row stands in `global` under the SHA-256 of the key; the organisation lists ids. A revoked one is remembered for a while, so that its holder hears why. */
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import type { KeyPrefix } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import * as contract from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, defineTextTable } from '../store/tables.ts';
import { checkRoom } from './room.ts';
import { createId, createKey, hashSecret } from './secrets.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How long a revoked key is remembered, to distinguish it from an unknown one. */
const revokedRememberedMs = 30 * DAY_MS;
/** `lastUsedAt` is updated at most this often, so that a busy key does not write at each request. */
const lastUsedEveryMs = 3600 * 1000;
const KEYS_PER_READ = 500;

/** The row of a key. Exactly one of `machine` and `person` is present; `scope` goes with `person`. */
export const KeyRow = v.object({
  id: v.string(),
  organisation: v.string(),
  name: v.string(),
  machine: v.exactOptional(v.string()),
  person: v.exactOptional(v.string()),
  scope: v.exactOptional(contract.Scope),
  /** The highest role that it can ever have: that of the session that created it. */
  most: v.exactOptional(contract.Role),
  createdAt: v.number(),
  expiresAt: v.exactOptional(v.number()),
  lastUsedAt: v.exactOptional(v.number()),
});
export type KeyRow = v.InferOutput<typeof KeyRow>;

/** In the global shard, by hash. An unreadable row is not valid and not listed. */
const keys = defineTable('keys', KeyRow);
/** In an organisation's shard, by id: the hashes of its keys. */
const hashes = defineTextTable('keys');
/** In an organisation's shard, by id: the hashes of a person's keys. */
const hashesOf = defineTextTable('keys-of');

export type NewKey = Pick<KeyRow, 'organisation' | 'name' | 'machine' | 'person' | 'scope' | 'most' | 'expiresAt'>;

export interface Keys {
  /** Creates a key; only this answer has its text. Throws `too-many-kept`. */
  create(key: NewKey, by: Actor): Promise<{ readonly record: contract.KeyRecord; readonly key: string }>;
  /** The row of a key by its hash. Throws `key-unknown`, `key-revoked`, `key-expired`, `machine-removed`. */
  find(hash: string): Promise<KeyRow>;
  /** Notes that a key was used, once an hour at most. */
  noteUse(hash: string, row: KeyRow): Promise<void>;
  /** In the order of their ids; `next` is the last id of a page that is not the last. */
  list(
    organisation: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ items: contract.KeyRecord[]; next?: string }>;
  /** Those of a person. */
  ofPerson(organisation: string, person: string): Promise<readonly contract.KeyRecord[]>;
  /** Throws `key-id-unknown`. */
  revoke(organisation: string, id: string, by: Actor): Promise<void>;
  /** Ends every key of a machine; their holder gets `machine-removed`. */
  revokeMachine(organisation: string, machine: string, by: Actor): Promise<void>;
  /** Ends every key of a machine that stays; their holder gets `key-revoked`. */
  revokeKeysOf(organisation: string, machine: string, by: Actor): Promise<void>;
  /** Ends every key of a person. */
  revokePerson(organisation: string, person: string, by: Actor): Promise<void>;
}

/** The keys in a store. Calls `onEnd` when this process has ended one. */
export function createKeys(store: Store, onEnd: () => void): Keys {
  const hashOf = async (organisation: string, id: string) => {
    const row = await hashes.get(store, organisationShard(organisation), id);
    if (row === undefined) throw new Problem('key-id-unknown', `There is no key ${id}.`);
    return row.value;
  };
  const end = async (organisation: string, id: string, hash: string, why: WhyEnded, by: Actor) => {
    const [found] = await keys.getAll(store, globalShard, [hash]);
    const person = found?.value.person;
    await store.commit(globalShard, {
      delete: [keys.at(hash)],
      tickets: [{ name: revokedTicket(hash), value: why, ttlMs: revokedRememberedMs }],
    });
    onEnd();
    const act: Act = { action: 'key-revoked', result: 'done', by, about: { key: id } };
    const own = person === undefined ? [] : [hashesOf.of(person).at(id)];
    await commitRecorded(store, organisationShard(organisation), { delete: [hashes.at(id), ...own] }, [act]);
  };
  const endAll = async (organisation: string, isMeant: (row: KeyRow) => boolean, why: WhyEnded, by: Actor) => {
    for await (const { hash, row } of eachKey(store, organisation))
      if (isMeant(row)) await end(organisation, row.id, hash, why, by);
  };
  return {
    create: (key, by) => addKey(store, key, by),
    find: (hash) => findKey(store, hash),
    noteUse: (hash, row) => noteUse(store, hash, row),
    list: (organisation, after, limit) => listKeys(store, organisation, after, limit),
    ofPerson: async (organisation, person) => {
      const all = await Array.fromAsync(eachKey(store, organisation));
      return all.filter(({ row }) => row.person === person).map(({ row }) => toRecord(row));
    },
    revoke: async (organisation, id, by) => end(organisation, id, await hashOf(organisation, id), 'key-revoked', by),
    revokeMachine: (organisation, machine, by) =>
      endAll(organisation, (row) => row.machine === machine, 'machine-removed', by),
    revokeKeysOf: (organisation, machine, by) =>
      endAll(organisation, (row) => row.machine === machine, 'key-revoked', by),
    revokePerson: async (organisation, person, by) => {
      await endAll(organisation, (row) => row.person === person, 'key-revoked', by);
      await dropLines(store, organisation, person);
    },
  };
}

/** Drops what lists keys of a person that are no more: whoever ended one did not come to it. */
async function dropLines(store: Store, organisation: string, person: string): Promise<void> {
  const shard = organisationShard(organisation);
  const own = hashesOf.of(person);
  for await (const { key, value } of own.each(store, shard))
    if ((await keys.get(store, globalShard, value)) === undefined)
      await store.commit(shard, { delete: [hashes.at(key), own.at(key)] });
}

/** The keys of an organisation, in the order of their ids. */
async function* eachKey(store: Store, organisation: string): AsyncGenerator<{ hash: string; row: KeyRow }> {
  let after: string | undefined;
  do {
    const { rows, next } = await hashes.list(store, organisationShard(organisation), after, KEYS_PER_READ);
    const found = await keys.getAll(
      store,
      globalShard,
      rows.map(({ value }) => value),
    );
    for (const [at, { value: hash }] of rows.entries()) {
      const row = found[at]?.value;
      if (row !== undefined) yield { hash, row };
    }
    after = next;
  } while (after !== undefined);
}

type WhyEnded = 'key-revoked' | 'machine-removed';

/** Lists and records a key before it becomes valid, so that every valid key is listed and in the audit. */
async function addKey(store: Store, key: NewKey, by: Actor) {
  const prefix: KeyPrefix = key.machine === undefined ? 'spu' : 'spm';
  const secret = createKey(prefix);
  const hash = hashSecret(secret);
  const row: KeyRow = { ...key, id: createId(), createdAt: store.now() };
  const { machine, scope } = key;
  const about = { key: row.id, name: key.name, ...(scope === undefined ? {} : { scope }) };
  const act: Act = { action: 'key-made', result: 'done', by, about, ...(machine === undefined ? {} : { machine }) };
  const shard = organisationShard(key.organisation);
  const { person } = key;
  const own = person === undefined ? [] : [hashesOf.of(person).put(row.id, hash)];
  const check = async () => {
    if (person !== undefined)
      await checkRoom(store, shard, hashesOf.of(person).name, limits.keysPerPersonMax, 'keys of yours');
  };
  await commitRecorded(store, shard, { put: [hashes.put(row.id, hash), ...own] }, [act], check);
  await store.commit(globalShard, { put: [keys.put(hash, row)] });
  return { record: toRecord(row), key: secret };
}

async function findKey(store: Store, hash: string): Promise<KeyRow> {
  const found = await keys.get(store, globalShard, hash);
  if (found === undefined) {
    const revoked = await store.ticket(globalShard, revokedTicket(hash));
    if (revoked === undefined) throw new Problem('key-unknown');
    throw new Problem(revoked.value === 'machine-removed' ? 'machine-removed' : 'key-revoked');
  }
  const row = found.value;
  if (row.expiresAt !== undefined && row.expiresAt <= store.now()) throw new Problem('key-expired');
  return row;
}

/** The commit expects the row as it was read, so that a key that is revoked meanwhile stays revoked. */
async function noteUse(store: Store, hash: string, { lastUsedAt = 0 }: KeyRow): Promise<void> {
  const now = store.now();
  if (now - lastUsedAt < lastUsedEveryMs) return;
  const found = await keys.get(store, globalShard, hash);
  if (found === undefined) return;
  const expect = [{ row: keys.at(hash), version: found.version }];
  await store.commit(globalShard, { expect, put: [keys.put(hash, { ...found.value, lastUsedAt: now })] });
}

async function listKeys(store: Store, organisation: string, after: string | undefined, limit: number) {
  const { rows, next } = await hashes.list(store, organisationShard(organisation), after, limit);
  const found = await keys.getAll(
    store,
    globalShard,
    rows.map(({ value }) => value),
  );
  const items = found.flatMap((row) => (row === undefined ? [] : [toRecord(row.value)]));
  return next === undefined ? { items } : { items, next };
}

function toRecord({ id, name, machine, scope, createdAt, expiresAt, lastUsedAt }: KeyRow): contract.KeyRecord {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    id,
    name,
    createdAt: iso(createdAt),
    ...(machine === undefined ? {} : { machine }),
    ...(scope === undefined ? {} : { scope }),
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: iso(lastUsedAt) }),
  };
}

function revokedTicket(hash: string): string {
  return `revoked/${hash}`;
}
