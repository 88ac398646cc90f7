/** What documents were when the person last looked: kept on this device when one changes, until the change is seen. Pure. Baselines are items of a sort of their own, so that the replica and the other tabs have them too. */
import type { Document } from '#contract/document.ts';
import { feedOfMachine, personFeed } from '#contract/feed-name.ts';
import type { RecordItem } from '#contract/record.ts';
import { type Changes, changedItems, type Facts, noChanges } from '../facts/facts.ts';

export interface Baseline {
  /** The document as it was; null if there was none. */
  readonly document: Document | null;
  /** When this device heard of the first change, in ms since 1970. */
  readonly at: number;
  /** It was heard while catching up: it may have happened at any time before. */
  readonly late?: true;
}

/** When changes are heard, in ms since 1970, and whether this device is still catching up. */
export interface Hearing {
  readonly now: number;
  readonly late: boolean;
}

/** How far the person has seen a machine's changes. */
export interface Look {
  /** The `mtime` up to which they have been seen, by the machine's clock. */
  readonly upTo: number;
  /** When the person looked, in ms since 1970 by this device's clock. */
  readonly at: number;
}

/** The sort of baselines. No relay sends it. */
export const baselineSort = 'baseline';

/** How long a baseline is kept, in ms, like the bodies at the relay; and how many of a machine. */
export const baselineMs = 7 * 24 * 60 * 60_000;
const keptMax = 500;

/** The baselines that these changes begin. `facts` are as before the changes; a machine that is read for the first time has changed in nothing. */
export function baselinesFor(changes: Changes, facts: Facts, { now, late }: Hearing): Changes {
  const begun = noChanges();
  for (const [feed, documents] of changes.get('document') ?? []) {
    const before = facts.get('document')?.get(feed);
    if (before === undefined) continue;
    const kept = facts.get(baselineSort)?.get(feed);
    let count = kept?.size ?? 0;
    for (const [key, after] of documents) {
      const was = (before.get(key) ?? null) as Document | null;
      if (count >= keptMax || kept?.has(key) || was?.rev === (after as Document | null)?.rev) continue;
      changedItems(begun, baselineSort, feed).set(key, {
        document: was,
        at: now,
        ...(late ? { late } : {}),
      } satisfies Baseline);
      count += 1;
    }
  }
  return begun;
}

/** Whether a change was seen. A file that was moved or put back keeps its old `mtime`: if it was heard after the person looked, it is new all the same. */
export function isSeen({ at, late }: Baseline, after: Pick<Document, 'mtime'> | undefined, look: Look): boolean {
  if (after === undefined) return at <= look.at;
  return after.mtime <= look.upTo && (late === true || at <= look.at);
}

/** The look that a record says, with its machine; undefined for other records. `timeHere` makes a time of the relay one of this device. */
export function lookIn(
  { kind, changedAt, meta }: Pick<RecordItem, 'kind' | 'changedAt' | 'meta'>,
  timeHere: (iso: string) => number,
): (Look & { readonly machine: string }) | undefined {
  const { machine, upTo } = meta;
  if (kind !== 'look' || typeof machine !== 'string' || typeof upTo !== 'number') return undefined;
  return { machine, upTo, at: timeHere(changedAt) };
}

/** Drops the baselines that are seen by now, or too old. */
export function baselinesSeen(facts: Facts, now: number, timeHere: (iso: string) => number): Changes {
  const dropped = noChanges();
  const records = [...(facts.get('record')?.get(personFeed)?.values() ?? [])] as RecordItem[];
  const looks = records.flatMap((record) => lookIn(record, timeHere) ?? []);
  const lookOf = new Map(looks.map((look) => [feedOfMachine(look.machine), look]));
  for (const [feed, baselines] of facts.get(baselineSort) ?? []) {
    const look = lookOf.get(feed);
    for (const [key, value] of baselines) {
      const baseline = value as Baseline;
      const document = facts.get('document')?.get(feed)?.get(key) as Document | undefined;
      const isOver = now - baseline.at > baselineMs || (look !== undefined && isSeen(baseline, document, look));
      if (isOver) changedItems(dropped, baselineSort, feed).set(key, null);
    }
  }
  return dropped;
}
