/**
 * The audit of a shard, in two logs: what opens doors, and the activity of every day. Every act is entered by the commit
 * that does it. The head of a chain is a row, so that of two acts at once one waits for the other.
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { type Act, activities, type ChainHead, emptyChain, enter, entriesOf } from '#contract/audit.ts';
import { joined } from '../store/joined.ts';
import { machineOfShard } from '../store/shards.ts';
import type { Commit, Row, RowName, Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';

/** The heads of a shard's two logs. One that cannot be read stops the commits of its shard: no log goes on from nothing. */
export const heads = defineTable('audit', v.object({ seq: v.number(), hash: v.string(), atMs: v.number() }));

/** One of the two logs of a shard, with the row of its newest entry. */
export interface Strand {
  readonly log: string;
  readonly head: RowName;
  /** Behind the name of the shard's chain. */
  readonly suffix: string;
}

export const doors: Strand = { log: 'audit', head: heads.at('head'), suffix: '' };
export const activity: Strand = { log: 'audit-activity', head: heads.at('activity-head'), suffix: '/activity' };
export const strands: readonly Strand[] = [doors, activity];

/** SHA-256 (hex) of a text's UTF-8 bytes. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What the entries of a chain are called by: the organisation's own, or the machine's id. */
export function chainOf(shard: string, { suffix }: Strand): string {
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
  let chain: ChainHead = head === undefined ? emptyChain : heads.parse(head).value;
  const lines = acts
    .flatMap((act) => [...entriesOf(act)])
    .map((act) => {
      const entered = enter(chain, chainOf(shard, strand), act, nowMs, sha256);
      chain = entered.head;
      return entered.line;
    });
  return {
    expect: [{ row: strand.head, version: head?.version ?? 0 }],
    put: [heads.put(strand.head.key, chain)],
    append: lines.map((value) => ({ log: strand.log, value })),
  };
}

/** A commit with acts entered beside what it does, each in its log. */
export async function withRecord(store: Store, shard: string, commit: Commit, acts: readonly Act[]): Promise<Commit> {
  const named = strands
    .map((strand) => ({ strand, own: acts.filter(({ action }) => activities.has(action) === (strand === activity)) }))
    .filter(({ own }) => own.length > 0);
  const names = named.map(({ strand }) => strand.head);
  const rows = names.length === 0 ? [] : await store.rows(shard, names);
  return named.reduce(
    (whole, { strand, own }, at) => joined(whole, recorded(shard, strand, rows[at], own, store.now())),
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
