/** What becomes of audit logs with time: they are trimmed, with an anchor, and those of a removed machine move to its organisation. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { machineShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { ENTRIES_PER_READ, parseEntry } from './entries.ts';
import { chainOf, doors, type Strand, strands } from './log.ts';

const Mark = v.object({ seq: v.number(), hash: v.string() });

/** By log: the newest entry that was trimmed away. */
export const anchors = defineTable('audit-anchors', Mark);
/** In an organisation's shard: the heads of the logs of removed machines, by chain, and how far each was moved. */
export const removedHeads = defineTable('audit-removed', v.object({ ...Mark.entries, position: v.number() }));
/** Entries and time by which a log may be longer than it is kept. */
const TRIM_SLACK = 1000;
const TRIM_SLACK_MS = 3600_000;

/** In an organisation's shard: a log that a removed machine has left, by its chain. */
export function removedLog(chain: string): string {
  return `${doors.log}/${chain}`;
}

/** Drops what a shard's audit logs keep no longer. */
export async function trimAudit(store: Store, shard: string): Promise<void> {
  for (const { log } of strands) await trimLog(store, shard, log);
  for await (const { key } of removedHeads.each(store, shard)) await trimLog(store, shard, removedLog(key));
}

/** What is older or more than is kept goes, once its last entry is noted as the anchor. */
async function trimLog(store: Store, shard: string, log: string): Promise<void> {
  const { auditEntriesMax, auditKeptMs } = limits;
  const { first, last } = await store.log(shard, log);
  let cut = Math.max(first - 1, last - auditEntriesMax);
  const oldest = store.now() - auditKeptMs;
  for (let isOld = true; isOld && cut < last; ) {
    const { entries } = await store.entries(shard, log, cut, ENTRIES_PER_READ);
    const young = entries.findIndex(({ at }) => at >= oldest);
    cut += young === -1 ? entries.length : young;
    isOld = young === -1 && entries.length > 0;
  }
  const [newest] = cut < first ? [] : (await store.entries(shard, log, cut - 1, 1)).entries;
  // A log whose anchor would be unknown is left as it is.
  const anchor = newest && parseEntry(newest.value);
  if (anchor === undefined) return;
  await store.commit(shard, { put: [anchors.put(log, { seq: anchor.seq, hash: anchor.hash })] });
  // Never beyond the anchor, also where entries come and time goes on meanwhile: the view begins behind it anyway.
  await store.trim(shard, log, { entriesMax: auditEntriesMax + TRIM_SLACK, ageMs: auditKeptMs + TRIM_SLACK_MS });
}

/** Moves the audit logs of a machine that is removed to its organisation, in steps of which each is made once. */
export async function keepAudit(store: Store, organisation: string, machine: string): Promise<void> {
  for (const strand of strands) await keepLog(store, organisation, machine, strand);
}

async function keepLog(store: Store, organisation: string, machine: string, strand: Strand): Promise<void> {
  const from = machineShard(machine);
  const to = organisationShard(organisation);
  const chain = chainOf(from, strand);
  for (let isWhole = false; !isWhole; ) {
    isWhole = await untilDone(store, to, async () => {
      const kept = await removedHeads.get(store, to, chain);
      const { entries } = await store.entries(from, strand.log, kept?.value.position ?? 0, ENTRIES_PER_READ);
      const newest = entries.at(-1);
      if (newest === undefined) return { result: true };
      const read = entries.map(({ value }) => parseEntry(value)).findLast((entry) => entry !== undefined);
      const { seq, hash } = read ?? kept?.value ?? { seq: 0, hash: '' };
      const anchor = await anchors.get(store, from, strand.log);
      const commit = {
        expect: [{ row: removedHeads.at(chain), version: kept?.version ?? 0 }],
        put: [
          removedHeads.put(chain, { seq, hash, position: newest.position }),
          ...(anchor === undefined ? [] : [anchors.put(removedLog(chain), anchor.value)]),
        ],
        append: entries.map(({ value }) => ({ log: removedLog(chain), value })),
      };
      return { result: entries.length < ENTRIES_PER_READ, commit };
    });
  }
}
