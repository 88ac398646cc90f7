/** What documents were when the person last looked: kept on this device when one changes, until the change is seen. Pure. Baselines are items of a sort of their own, so that the replica and the other tabs have them too. */
import type { Document } from '#contract/document.ts';
import { feedOfMachine, personFeed } from '#contract/feed-name.ts';
import { type Changes, changedItems, type Facts, noChanges } from './facts.ts';

export interface Baseline {
  /** The document as it was; null if there was none. */
  readonly document: Document | null;
  /** When this device heard of the first change, in ms since 1970. */
  readonly at: number;
}

/** The sort of baselines. No relay sends it. */
export const baselineSort = 'baseline';

/** How long a baseline is kept, in ms, like the bodies at the relay; and how many of a machine. */
export const baselineMs = 7 * 24 * 60 * 60_000;
const keptMax = 500;

/** The baselines that these changes begin. `facts` are as before the changes; a machine that is read for the first time has changed in nothing. */
export function baselinesFor(changes: Changes, facts: Facts, now: number): Changes {
  const begun = noChanges();
  for (const [feed, documents] of changes.get('document') ?? []) {
    const before = facts.get('document')?.get(feed);
    if (before === undefined) continue;
    const kept = facts.get(baselineSort)?.get(feed);
    let count = kept?.size ?? 0;
    for (const [key, after] of documents) {
      const was = (before.get(key) ?? null) as Document | null;
      if (count >= keptMax || kept?.has(key) || was?.rev === (after as Document | null)?.rev) continue;
      changedItems(begun, baselineSort, feed).set(key, { document: was, at: now } satisfies Baseline);
      count += 1;
    }
  }
  return begun;
}

/** Drops the baselines that are seen by now, or too old. `timeHere` makes a time of the relay one of this device. */
export function baselinesSeen(facts: Facts, now: number, timeHere: (iso: string) => number): Changes {
  const dropped = noChanges();
  const looks = [...(facts.get('record')?.get(personFeed)?.values() ?? [])] as {
    kind: string;
    changedAt?: string;
    meta: { machine?: unknown; upTo?: unknown };
  }[];
  const lookOf = new Map(looks.filter(({ kind }) => kind === 'look').map((look) => [look.meta.machine, look]));
  for (const [feed, baselines] of facts.get(baselineSort) ?? []) {
    const look = [...lookOf].find(([machine]) => typeof machine === 'string' && feedOfMachine(machine) === feed)?.[1];
    const upTo = Number(look?.meta.upTo ?? Number.NEGATIVE_INFINITY);
    const lookedAt = look?.changedAt === undefined ? Number.NEGATIVE_INFINITY : timeHere(look.changedAt);
    for (const [key, value] of baselines) {
      const { at } = value as Baseline;
      const document = facts.get('document')?.get(feed)?.get(key) as Document | undefined;
      const isSeen = at <= lookedAt && (document === undefined || document.mtime <= upTo);
      if (isSeen || now - at > baselineMs) changedItems(dropped, baselineSort, feed).set(key, null);
    }
  }
  return dropped;
}
