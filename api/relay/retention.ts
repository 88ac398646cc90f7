/** What a feed keeps of its log, and the upkeep of its shard, which comes every hour. */
import { limits } from '#contract/limits.ts';
import { trimAudit } from '../audit/retention.ts';
import type { Store } from '../store/store.ts';
import { EVENTS } from './rows.ts';

/** The due id of upkeep, in every shard that has a feed. */
export const UPKEEP_DUE = 'upkeep';
const UPKEEP_EVERY_MS = 60 * 60_000;

/** How much of its log a feed keeps, at most. */
export interface Retention {
  readonly entriesMax: number;
  readonly ageMsMax: number;
}

export const logRetention: Retention = { entriesMax: limits.logEntriesMax, ageMsMax: limits.logAgeMsMax };

/** The part of a commit after which its shard is kept up: of the one that makes the shard, or appends to a person's feed. */
export function upkeepDue(nowMs: number) {
  return { id: UPKEEP_DUE, at: nowMs + UPKEEP_EVERY_MS };
}

/** Drops what the feed and the audit of a shard keep no longer, and comes again. */
export async function keepUp(store: Store, shard: string, { entriesMax, ageMsMax }: Retention): Promise<void> {
  await store.trim(shard, EVENTS, entriesMax, ageMsMax);
  await trimAudit(store, shard);
  await store.commit(shard, { due: [upkeepDue(store.now())] });
}
