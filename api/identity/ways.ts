/** Ways in that belong to one person: a passkey, an account at an OIDC provider. Each stands in `global`, where it is looked up, and in a list of its person, by which it is shown and taken back. */
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../relay/audit.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { checkCount } from './room.ts';

export type WayKind = 'passkey' | 'oidc';

/** Whose a way is. */
export interface Whose {
  readonly organisation: string;
  readonly person: string;
}

/** A way with what is kept beside it. */
export interface Way<Kept> extends Whose {
  readonly kept: Kept;
}

/** A way as its person sees it; `createdAt` in ms since 1970. */
export interface WayListed {
  readonly key: string;
  readonly name: string;
  readonly createdAt: number;
}

/** Whose `key` is. */
export async function findWay<Kept>(store: Store, kind: WayKind, key: string): Promise<Way<Kept> | undefined> {
  const row = await store.row(globalShard, tableOf(kind), key);
  return row === undefined ? undefined : JSON.parse(row.value);
}

/** Makes `key` a way in for somebody, and records it; one that is theirs already is kept as it is now said. Throws `way-taken`, `too-many-kept`. */
export async function addWay(
  store: Store,
  kind: WayKind,
  { key, name }: { readonly key: string; readonly name: string },
  way: Way<unknown>,
  acts: readonly Act[],
): Promise<void> {
  const { organisation, person } = way;
  const row = { table: tableOf(kind), key };
  const found = await store.row(globalShard, row.table, row.key);
  const owner = found && (JSON.parse(found.value) as Whose);
  if (owner !== undefined && (owner.organisation !== organisation || owner.person !== person))
    throw new Problem('way-taken');
  // Listed and recorded before it opens anything.
  const listed: Omit<WayListed, 'key'> = { name, createdAt: store.now() };
  const put = [{ table: listOf(person), key: `${kind}/${key}`, value: JSON.stringify(listed) }];
  const check = async () => {
    const listed = await listWays(store, way, kind);
    if (!listed.some((one) => one.key === key)) checkCount(listed.length, limits.waysPerPersonMax, waysCalled[kind]);
  };
  await commitRecorded(store, organisationShard(organisation), { put }, acts, check);
  const expect = [{ row, version: found?.version ?? 0 }];
  const { done } = await store.commit(globalShard, { expect, put: [{ ...row, value: JSON.stringify(way) }] });
  if (!done) await addWay(store, kind, { key, name }, way, []);
}

/** Changes what is kept beside a way; not where it was taken back meanwhile. */
export async function noteWay<Kept>(store: Store, kind: WayKind, key: string, kept: Kept): Promise<void> {
  const row = { table: tableOf(kind), key };
  const found = await store.row(globalShard, row.table, row.key);
  if (found === undefined) return;
  const value = JSON.stringify({ ...(JSON.parse(found.value) as Way<Kept>), kept });
  await store.commit(globalShard, { expect: [{ row, version: found.version }], put: [{ ...row, value }] });
}

/** A person's ways of a kind. */
export async function listWays(store: Store, { organisation, person }: Whose, kind: WayKind): Promise<WayListed[]> {
  const rows = await store.list(organisationShard(organisation), listOf(person), `${kind}/`, 500);
  return rows
    .filter(({ key }) => key.startsWith(`${kind}/`))
    .map(({ key, value }) => ({ key: key.slice(kind.length + 1), ...(JSON.parse(value) as Omit<WayListed, 'key'>) }));
}

/** Takes a way back. It opens nothing any more before it leaves the list. */
export async function removeWay(
  store: Store,
  kind: WayKind,
  key: string,
  { organisation, person }: Whose,
  acts: readonly Act[],
): Promise<void> {
  const found = await findWay(store, kind, key);
  if (found?.organisation === organisation && found.person === person)
    await store.commit(globalShard, { delete: [{ table: tableOf(kind), key }] });
  const gone = { delete: [{ table: listOf(person), key: `${kind}/${key}` }] };
  await commitRecorded(store, organisationShard(organisation), gone, acts);
}

/** Takes every way of somebody who was removed back, so that another may have the account. */
export async function removeAllWays(store: Store, whose: Whose): Promise<void> {
  for (const kind of ['passkey', 'oidc'] as const)
    for (const { key } of await listWays(store, whose, kind)) await removeWay(store, kind, key, whose, []);
}

const waysCalled: Readonly<Record<WayKind, string>> = { passkey: 'passkeys of yours', oidc: 'accounts of yours' };

function tableOf(kind: WayKind): string {
  return `ways/${kind}`;
}

/** In the organisation's shard. */
function listOf(person: string): string {
  return `ways:${person}`;
}
