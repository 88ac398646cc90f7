/** Keys of people and machines. A key's row stands in `global` under the SHA-256 of the key; the organisation lists ids. A revoked one is remembered for a while, so that its holder hears why. */
import type { Act, Actor } from '#contract/audit.ts';
import type { KeyPrefix } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import type { KeyRecord } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Role, Scope } from '#contract/scopes.ts';
import { commitRecorded } from '../relay/audit.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { checkRoom } from './room.ts';
import { createId, createKey, hashSecret } from './secrets.ts';

const DAY_MS = 24 * 3600 * 1000;
/** How long a revoked key is told apart from an unknown one. */
const revokedRememberedMs = 30 * DAY_MS;
/** `lastUsedAt` is at most this old, so that a busy key does not write at each request. */
const lastUsedEveryMs = 3600 * 1000;

/** What a key is good for. Exactly one of `machine` and `person` is there; `scope` goes with `person`. */
export interface KeyRow {
  readonly id: string;
  readonly organisation: string;
  readonly name: string;
  readonly machine?: string;
  readonly person?: string;
  readonly scope?: Scope;
  /** The most that it ever does: that of the session that made it. */
  readonly most?: Role;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly lastUsedAt?: number;
}

export type NewKey = Pick<KeyRow, 'organisation' | 'name' | 'machine' | 'person' | 'scope' | 'most' | 'expiresAt'>;

export interface Keys {
  /** Makes a key; its text is in no other answer. Throws `too-many-kept`. */
  create(key: NewKey, by: Actor): Promise<{ readonly record: KeyRecord; readonly key: string }>;
  /** The row of a key by its hash. Throws `key-unknown`, `key-revoked`, `key-expired`, `machine-removed`. */
  find(hash: string): Promise<KeyRow>;
  /** Notes that a key was used, once an hour at most. */
  noteUse(hash: string, row: KeyRow): Promise<void>;
  /** In the order of their ids; `next` is the last id of a page that is not the last. */
  list(organisation: string, after: string | undefined, limit: number): Promise<{ items: KeyRecord[]; next?: string }>;
  /** Throws `key-id-unknown`. */
  revoke(organisation: string, id: string, by: Actor): Promise<void>;
  /** Ends every key of a machine; their holder gets `machine-removed`. */
  revokeMachine(organisation: string, machine: string, by: Actor): Promise<void>;
  /** Ends every key of a machine that stays; their holder gets `key-revoked`. */
  revokeKeysOf(organisation: string, machine: string, by: Actor): Promise<void>;
  /** Ends every key of a person. */
  revokePerson(organisation: string, person: string, by: Actor): Promise<void>;
}

/** The keys in a store; `onEnd` hears when this process has ended one. */
export function createKeys(store: Store, onEnd: () => void): Keys {
  const hashOf = async (organisation: string, id: string) => {
    const row = await store.row(organisationShard(organisation), 'keys', id);
    if (row === undefined) throw new Problem('key-id-unknown', `There is no key ${id}.`);
    return row.value;
  };
  const end = async (organisation: string, id: string, hash: string, why: WhyEnded, by: Actor) => {
    const found = await store.row(globalShard, 'keys', hash);
    const person = found && parseRow(found.value).person;
    await store.commit(globalShard, {
      delete: [{ table: 'keys', key: hash }],
      tickets: [{ name: revokedTicket(hash), value: why, ttlMs: revokedRememberedMs }],
    });
    onEnd();
    const act: Act = { action: 'key-revoked', result: 'done', by, about: { key: id } };
    const own = person === undefined ? [] : [{ table: keysOf(person), key: id }];
    await commitRecorded(store, organisationShard(organisation), { delete: [{ table: 'keys', key: id }, ...own] }, [
      act,
    ]);
  };
  const endAll = async (organisation: string, isMeant: (row: KeyRow) => boolean, why: WhyEnded, by: Actor) => {
    let after: string | undefined;
    do {
      const ids = await store.list(organisationShard(organisation), 'keys', after, 500);
      const rows = await store.rows(
        globalShard,
        ids.map(({ value }) => ({ table: 'keys', key: value })),
      );
      for (const [index, { key: id, value: hash }] of ids.entries()) {
        const row = rows[index];
        if (row !== undefined && isMeant(parseRow(row.value))) await end(organisation, id, hash, why, by);
      }
      after = ids.length === 500 ? ids.at(-1)?.key : undefined;
    } while (after !== undefined);
  };
  return {
    create: (key, by) => addKey(store, key, by),
    find: (hash) => findKey(store, hash),
    noteUse: (hash, row) => noteUse(store, hash, row),
    list: (organisation, after, limit) => listKeys(store, organisation, after, limit),
    revoke: async (organisation, id, by) => end(organisation, id, await hashOf(organisation, id), 'key-revoked', by),
    revokeMachine: (organisation, machine, by) =>
      endAll(organisation, (row) => row.machine === machine, 'machine-removed', by),
    revokeKeysOf: (organisation, machine, by) =>
      endAll(organisation, (row) => row.machine === machine, 'key-revoked', by),
    revokePerson: (organisation, person, by) => endAll(organisation, (row) => row.person === person, 'key-revoked', by),
  };
}

type WhyEnded = 'key-revoked' | 'machine-removed';

/** Listed and recorded before it works, so that no key works of which nothing is known. */
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
  const own = person === undefined ? [] : [{ table: keysOf(person), key: row.id, value: hash }];
  const check = async () => {
    if (person !== undefined) await checkRoom(store, shard, keysOf(person), limits.keysPerPersonMax, 'keys of yours');
  };
  await commitRecorded(store, shard, { put: [{ table: 'keys', key: row.id, value: hash }, ...own] }, [act], check);
  await store.commit(globalShard, { put: [{ table: 'keys', key: hash, value: JSON.stringify(row) }] });
  return { record: toRecord(row), key: secret };
}

async function findKey(store: Store, hash: string): Promise<KeyRow> {
  const found = await store.row(globalShard, 'keys', hash);
  if (found === undefined) {
    const revoked = await store.ticket(globalShard, revokedTicket(hash));
    if (revoked === undefined) throw new Problem('key-unknown');
    throw new Problem(revoked.value === 'machine-removed' ? 'machine-removed' : 'key-revoked');
  }
  const row = parseRow(found.value);
  if (row.expiresAt !== undefined && row.expiresAt <= store.now()) throw new Problem('key-expired');
  return row;
}

/** A key that is revoked meanwhile stays revoked: the row has to be as it was. */
async function noteUse(store: Store, hash: string, { lastUsedAt = 0 }: KeyRow): Promise<void> {
  const now = store.now();
  if (now - lastUsedAt < lastUsedEveryMs) return;
  const name = { table: 'keys', key: hash };
  const found = await store.row(globalShard, name.table, name.key);
  if (found === undefined) return;
  const value = JSON.stringify({ ...parseRow(found.value), lastUsedAt: now } satisfies KeyRow);
  await store.commit(globalShard, { expect: [{ row: name, version: found.version }], put: [{ ...name, value }] });
}

async function listKeys(store: Store, organisation: string, after: string | undefined, limit: number) {
  const ids = await store.list(organisationShard(organisation), 'keys', after, limit);
  const rows = await store.rows(
    globalShard,
    ids.map(({ value }) => ({ table: 'keys', key: value })),
  );
  const items = rows.flatMap((row) => (row === undefined ? [] : [toRecord(parseRow(row.value))]));
  const last = ids.length === limit ? ids.at(-1)?.key : undefined;
  return last === undefined ? { items } : { items, next: last };
}

function toRecord({ id, name, machine, scope, createdAt, expiresAt, lastUsedAt }: KeyRow): KeyRecord {
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

/** Rows are our own writing: they are typed, not checked. */
function parseRow(value: string): KeyRow {
  return JSON.parse(value) as KeyRow;
}

function revokedTicket(hash: string): string {
  return `revoked/${hash}`;
}

/** In an organisation's shard: the ids of a person's keys. */
function keysOf(person: string): string {
  return `keys-of:${person}`;
}
