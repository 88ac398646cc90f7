/** What a feed keeps of its log, and the upkeep of its shard, which comes every hour, and sooner where a log grows fast. */
import { limits } from '#contract/limits.ts';
import { strands } from '../../audit/log.ts';
import { trimAudit } from '../../audit/retention.ts';
import type { Commit, Committed, Store } from '../../store/store.ts';
import { EVENTS } from '../rows.ts';

/** The due id of upkeep, in every shard that has a feed. */
export const UPKEEP_DUE = 'upkeep';
const UPKEEP_EVERY_MS = 60 * 60_000;
/** Each time that a log has so many more entries, its shard is kept up. */
export const UPKEEP_EVERY_ENTRIES = 1000;

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
  await store.trim(shard, EVENTS, { entriesMax, ageMs: ageMsMax });
  await trimAudit(store, shard);
  await store.commit(shard, { due: [upkeepDue(store.now())] });
}

const trimmedLogs: ReadonlySet<string> = new Set([EVENTS, ...strands.map(({ log }) => log)]);

/** The same store, whose logs never have many more entries than they keep: upkeep is due as soon as one has grown. */
export function keptShort(store: Store): Store {
  const commit: Store['commit'] = async (shard, asked) => {
    const committed = await store.commit(shard, asked);
    // What is committed stays so: where this fails, the hour brings it.
    if (hasGrown(asked, committed))
      await store.commit(shard, { due: [{ id: UPKEEP_DUE, at: store.now() }], volatile: true }).catch(() => undefined);
    return committed;
  };
  return new Proxy(store, {
    get: (target, name) => (name === 'commit' ? commit : Reflect.get(target, name)),
  });
}

function hasGrown({ append = [] }: Commit, committed: Committed): boolean {
  if (!committed.done) return false;
  return committed.appended.some(
    ({ position }, at) => position % UPKEEP_EVERY_ENTRIES === 0 && trimmedLogs.has(append[at]?.log ?? ''),
  );
}
