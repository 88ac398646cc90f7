/** The audit of a shard, in two logs: what opens doors, and the activity of every day. Every act is entered by the commit that does it. The head of a chain is a row, so that of two acts at once one waits for the other. */
import { createHash } from 'node:crypto';
import { type Act, type AuditEntry, activities, type ChainHead, emptyChain, enter } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { machineOfShard, machineShard, organisationShard } from '../store/shards.ts';
import type { Commit, Row, RowName, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';

/** One of the two logs of a shard, with the row of its newest entry. */
export interface Strand {
  readonly log: string;
  readonly head: RowName;
  /** Behind the name of the shard's chain. */
  readonly suffix: string;
}

export const doors: Strand = { log: 'audit', head: { table: 'audit', key: 'head' }, suffix: '' };
export const activity: Strand = {
  log: 'audit-activity',
  head: { table: 'audit', key: 'activity-head' },
  suffix: '/activity',
};
export const strands: readonly Strand[] = [doors, activity];

/** By log: the newest entry that was trimmed away. */
export const ANCHORS = 'audit-anchors';
/** In an organisation's shard: the heads of the logs of removed machines, by chain. */
export const REMOVED = 'audit-removed';
/** Entries and time by which a log may be longer than it is kept. */
const TRIM_SLACK = 1000;
const TRIM_SLACK_MS = 3600_000;
/** How many entries are read at a time. */
export const ENTRIES_PER_READ = 200;

/** In an organisation's shard: a log that a removed machine has left, by its chain. */
export function removedLog(chain: string): string {
  return `${doors.log}/${chain}`;
}

/** SHA-256 (hex) of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the entries of a chain are called by: the organisation's own, or the machine's id. */
function chainOf(shard: string, { suffix }: Strand): string {
  return `${machineOfShard(shard) ?? 'organisation'}${suffix}`;
}

export type Recorded = Required<Pick<Commit, 'expect' | 'put' | 'append'>>;

/** The parts of a commit to `shard` that enter acts in one of its logs; `head` is the row of its head as read. Nothing for no acts. */
export function recorded(
  shard: string,
  strand: Strand,
  head: Row | undefined,
  acts: readonly Act[],
  nowMs: number,
): Recorded {
  if (acts.length === 0) return { expect: [], put: [], append: [] };
  let chain: ChainHead = head === undefined ? emptyChain : JSON.parse(head.value);
  const lines = acts.map((act) => {
    const entered = enter(chain, chainOf(shard, strand), act, nowMs, sha256);
    chain = entered.head;
    return entered.line;
  });
  return {
    expect: [{ row: strand.head, version: head?.version ?? 0 }],
    put: [{ ...strand.head, value: JSON.stringify(chain) }],
    append: lines.map((value) => ({ log: strand.log, value })),
  };
}

/** A commit with acts entered beside what it does, each in its log. */
export async function withRecord(store: Store, shard: string, commit: Commit, acts: readonly Act[]): Promise<Commit> {
  const named = strands
    .map((strand) => ({ strand, own: acts.filter(({ action }) => activities.has(action) === (strand === activity)) }))
    .filter(({ own }) => own.length > 0);
  const names = named.map(({ strand }) => strand.head);
  const heads = names.length === 0 ? [] : await store.rows(shard, names);
  return named.reduce(
    (whole, { strand, own }, at) => alongside(whole, recorded(shard, strand, heads[at], own, store.now())),
    commit,
  );
}

/** Writes a commit that expects nothing else, together with the acts that it is. `check` is asked once the heads are read, so that whatever it counts cannot have changed when the commit is made. */
export async function commitRecorded(
  store: Store,
  shard: string,
  commit: Commit,
  acts: readonly Act[],
  check: () => Promise<void> = async () => {},
): Promise<void> {
  await untilDone(store, shard, async () => {
    const whole = await withRecord(store, shard, commit, acts);
    await check();
    return { result: undefined, commit: whole };
  });
}

/** Two parts of one commit. */
export function alongside(commit: Commit, { expect, put, append }: Recorded): Commit {
  return {
    ...commit,
    expect: [...(commit.expect ?? []), ...expect],
    put: [...(commit.put ?? []), ...put],
    append: [...(commit.append ?? []), ...append],
  };
}

/** Drops what a shard's audit logs keep no longer. */
export async function trimAudit(store: Store, shard: string): Promise<void> {
  for (const { log } of strands) await trimLog(store, shard, log);
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await store.list(shard, REMOVED, after, ENTRIES_PER_READ);
    for (const { key } of page) await trimLog(store, shard, removedLog(key));
    after = page.length < ENTRIES_PER_READ ? undefined : page.at(-1)?.key;
  }
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
  const [anchor] = cut < first ? [] : (await store.entries(shard, log, cut - 1, 1)).entries;
  if (anchor === undefined) return;
  const { seq, hash } = JSON.parse(anchor.value) as { seq: number; hash: string };
  await store.commit(shard, { put: [{ table: ANCHORS, key: log, value: JSON.stringify({ seq, hash }) }] });
  // Never beyond the anchor, also where entries come and time goes on meanwhile: the view begins behind it anyway.
  await store.trim(shard, log, auditEntriesMax + TRIM_SLACK, auditKeptMs + TRIM_SLACK_MS);
}

/** Moves the audit logs of a machine that is removed to its organisation, in steps of which each is made once. */
export async function keepAudit(store: Store, organisation: string, machine: string): Promise<void> {
  for (const strand of strands) await keepLog(store, organisation, machine, strand);
}

async function keepLog(store: Store, organisation: string, machine: string, strand: Strand): Promise<void> {
  const from = machineShard(machine);
  const to = organisationShard(organisation);
  const chain = chainOf(from, strand);
  const name = { table: REMOVED, key: chain };
  for (let isWhole = false; !isWhole; ) {
    isWhole = await untilDone(store, to, async () => {
      const kept = await store.row(to, name.table, name.key);
      const { position } = kept === undefined ? { position: 0 } : (JSON.parse(kept.value) as { position: number });
      const { entries } = await store.entries(from, strand.log, position, ENTRIES_PER_READ);
      const newest = entries.at(-1);
      if (newest === undefined) return { result: true };
      const { seq, hash } = JSON.parse(newest.value) as AuditEntry;
      const anchor = await store.row(from, ANCHORS, strand.log);
      const commit = {
        expect: [{ row: name, version: kept?.version ?? 0 }],
        put: [
          { ...name, value: JSON.stringify({ seq, hash, position: newest.position }) },
          ...(anchor === undefined ? [] : [{ table: ANCHORS, key: removedLog(chain), value: anchor.value }]),
        ],
        append: entries.map(({ value }) => ({ log: removedLog(chain), value })),
      };
      return { result: entries.length < ENTRIES_PER_READ, commit };
    });
  }
}
