/** Ways in that belong to one person: a passkey, an account at an OIDC provider. Each stands in `global`, where it is looked up, and in a list of its person, by which it is shown and taken back. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, type Table } from '../store/tables.ts';
import { checkCount } from './room.ts';

/** Whose a way is. */
export const Whose = v.object({ organisation: v.string(), person: v.string() });
export type Whose = v.InferOutput<typeof Whose>;

/** A sort of ways in, with what is kept beside each. */
export interface WaySort<Kept> {
  readonly kind: 'passkey' | 'oidc';
  /** In the global shard, by what is told when somebody signs in. */
  readonly table: Table<Way<Kept>>;
  /** In the plural, for the person. */
  readonly called: string;
}

/** A way with what is kept beside it. */
export interface Way<Kept> extends Whose {
  kept: Kept;
}

/** By credential id; base64url, and what its authenticator has counted to. */
const PasskeyKept = v.object({ publicKey: v.string(), counter: v.number() });

export const passkeys: WaySort<v.InferOutput<typeof PasskeyKept>> = {
  kind: 'passkey',
  table: defineTable('ways/passkey', v.object({ ...Whose.entries, kept: PasskeyKept })),
  called: 'passkeys of yours',
};

/** At the OIDC provider, by issuer and subject. */
export const accounts: WaySort<null> = {
  kind: 'oidc',
  table: defineTable('ways/oidc', v.object({ ...Whose.entries, kept: v.null() })),
  called: 'accounts of yours',
};

const Listed = v.object({ name: v.string(), createdAt: v.number() });

/** In an organisation's shard: the ways of a person, by kind and key. */
const waysOf = defineTable('ways', Listed);

/** A way as its person sees it; `createdAt` in ms since 1970. */
export interface WayListed extends v.InferOutput<typeof Listed> {
  readonly key: string;
}

/** Whose `key` is. */
export async function findWay<Kept>(
  store: Store,
  { table }: WaySort<Kept>,
  key: string,
): Promise<Way<Kept> | undefined> {
  return (await table.get(store, globalShard, key))?.value;
}

/** Makes `key` a way in for somebody, and records it; one that is theirs already is kept as it is now said. Throws `way-taken`, `too-many-kept`. */
export async function addWay<Kept>(
  store: Store,
  sort: WaySort<Kept>,
  { key, name }: { readonly key: string; readonly name: string },
  way: Way<Kept>,
  acts: readonly Act[],
): Promise<void> {
  const { organisation, person } = way;
  const { kind, table, called } = sort;
  const found = await table.get(store, globalShard, key);
  const owner = found?.value;
  if (owner !== undefined && (owner.organisation !== organisation || owner.person !== person))
    throw new Problem('way-taken');
  // Listed and recorded before it opens anything.
  const put = [waysOf.of(person).put(`${kind}/${key}`, { name, createdAt: store.now() })];
  const check = async () => {
    const listed = await listWays(store, way, sort);
    if (!listed.some((one) => one.key === key)) checkCount(listed.length, limits.waysPerPersonMax, called);
  };
  await commitRecorded(store, organisationShard(organisation), { put }, acts, check);
  const expect = [{ row: table.at(key), version: found?.version ?? 0 }];
  const { done } = await store.commit(globalShard, { expect, put: [table.put(key, way)] });
  if (!done) await addWay(store, sort, { key, name }, way, []);
}

/** Changes what is kept beside a way; not where it was taken back meanwhile. */
export async function noteWay<Kept>(store: Store, { table }: WaySort<Kept>, key: string, kept: Kept): Promise<void> {
  const found = await table.get(store, globalShard, key);
  if (found === undefined) return;
  const expect = [{ row: table.at(key), version: found.version }];
  await store.commit(globalShard, { expect, put: [table.put(key, { ...found.value, kept })] });
}

/** A person's ways of a sort. */
export async function listWays(
  store: Store,
  { organisation, person }: Whose,
  { kind }: Pick<WaySort<never>, 'kind'>,
): Promise<WayListed[]> {
  const table = waysOf.of(person);
  const rows = await store.list(organisationShard(organisation), table.name, `${kind}/`, 500);
  const theirs = rows.filter(({ key }) => key.startsWith(`${kind}/`));
  return table.readable(theirs).map(({ key, value }) => ({ ...value, key: key.slice(kind.length + 1) }));
}

/** Takes a way back. It opens nothing any more before it leaves the list. */
export async function removeWay<Kept>(
  store: Store,
  sort: WaySort<Kept>,
  key: string,
  { organisation, person }: Whose,
  acts: readonly Act[],
): Promise<void> {
  const found = await findWay(store, sort, key);
  if (found?.organisation === organisation && found.person === person)
    await store.commit(globalShard, { delete: [sort.table.at(key)] });
  const gone = { delete: [waysOf.of(person).at(`${sort.kind}/${key}`)] };
  await commitRecorded(store, organisationShard(organisation), gone, acts);
}

/** Takes every way of somebody who was removed back, so that another may have the account. */
export async function removeAllWays(store: Store, whose: Whose): Promise<void> {
  for (const { key } of await listWays(store, whose, passkeys)) await removeWay(store, passkeys, key, whose, []);
  for (const { key } of await listWays(store, whose, accounts)) await removeWay(store, accounts, key, whose, []);
}
