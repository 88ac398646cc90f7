/** How much one person or organisation may keep, and how often one may do what is recorded: each thing with a limit of its own, and a problem that names it. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { ActGroup } from '#contract/routes.ts';
import type { Store } from '../store/store.ts';
import { type PersonCaller, scopeOfRole } from './caller.ts';
import { countTry } from './tries.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

/** Counts one act of a person, by all their keys and sessions together. Throws `too-many-requests`. */
export async function countAct(store: Store, caller: PersonCaller, group: ActGroup): Promise<void> {
  const isAdmin = scopeOfRole[caller.role] === 'admin';
  const [most, withinMs] = {
    doors: [isAdmin ? limits.doorActsOfAdminPerDayMax : limits.doorActsPerDayMax, DAY_MS] as const,
    links: [limits.signInLinksPerHourMax, HOUR_MS] as const,
    'device-keys': [limits.deviceKeyActsPerDayMax, DAY_MS] as const,
  }[group];
  await countTry(store, `acts/${group}/${caller.person}`, most, withinMs);
}

/** Throws `too-many-kept` where a table of a shard has as many rows as it may; `what` names them, in the plural. */
export async function checkRoom(store: Store, shard: string, table: string, most: number, what: string): Promise<void> {
  checkCount(await store.count(shard, table), most, what);
}

/** The same for what was counted already. */
export function checkCount(count: number, most: number, what: string): void {
  if (count < most) return;
  throw new Problem('too-many-kept', `There are ${count} ${what}, as many as there may be.`, { limit: most });
}
