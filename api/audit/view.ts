/** The audit of an organisation as people read it: all its logs merged by time, or exported one after the other. */
import { type AuditAction, activities, emptyChain } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { decodeAfter, encodeAfter } from '../store/page.ts';
import type { Store } from '../store/store.ts';
import { compareTime, formatTime, openBackwards, parseTime, type TimePoint, takeNewest } from './backwards.ts';
import { chainsOf } from './chains.ts';
import { ENTRIES_PER_READ, type Entry, parseEntry } from './entries.ts';
import { activity } from './log.ts';
import { anchors } from './retention.ts';

/** What of the audit is wanted; times in ms since 1970, `from` inclusive, `to` exclusive. */
export interface AuditFilter {
  readonly person?: string | undefined;
  readonly machine?: string | undefined;
  readonly action?: string | undefined;
  /** Of a command. */
  readonly kind?: string | undefined;
  readonly result?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** The audit of an organisation: its own log and those of its machines, also of removed ones. */
export interface Audit {
  /** Serialised entries, the newest first; a page may be short of `limit` and still have a `next`. */
  list(
    organisation: string,
    filter: AuditFilter,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<{ readonly items: readonly string[]; readonly next?: string }>;
  /** Every line of every log, one log after the other, each from its beginning, with its anchor and its head. */
  export(organisation: string): AsyncIterable<string>;
}

/** The machines that an organisation has now. */
export interface AuditedMachines {
  ids(organisation: string): Promise<readonly string[]>;
  /** By id or name. Throws Problem `machine-unknown`. */
  resolve(organisation: string, idOrName: string): Promise<string>;
}

/** Builds the people's side of the audit. */
export function createAudit(store: Store, machines: AuditedMachines): Audit {
  return {
    list: async (organisation, filter, { limit, after }) => {
      const before = parseTime(decodeAfter(after));
      const machine = filter.machine && (await nameOf(machines, organisation, filter.machine));
      const all = await chainsOf(store, organisation, await machines.ids(organisation), machine);
      // What opens doors is never entered as activity, so what is rare is found at once among much that is not.
      const isDoor = filter.action !== undefined && !activities.has(filter.action as AuditAction);
      const chains = isDoor ? all.filter(({ chain }) => !chain.endsWith(activity.suffix)) : all;
      const to = filter.to === undefined ? before : earlier(before, { atMs: filter.to, chain: '', seq: 0 });
      const readers = await Promise.all(chains.map((chain) => openBackwards(store, chain, to)));
      const items: string[] = [];
      let last: TimePoint | undefined;
      for (let looked = 0; items.length < limit; looked++) {
        const next = await takeNewest(readers);
        if (next === undefined || next.at.atMs < (filter.from ?? 0)) return { items };
        last = next.at;
        if (next.entry !== undefined && isMeant(next.entry, { ...filter, machine })) items.push(next.text);
        if (looked >= limits.auditLookedAtMax) break;
      }
      const left = await Promise.all(readers.map((reader) => reader.newest()));
      if (last === undefined || left.every((line) => line === undefined)) return { items };
      return { items, next: encodeAfter(formatTime(last)) };
    },
    export: (organisation) => exportAll(store, machines, organisation),
  };
}

/** A machine that is there by id or name; what is not is taken for the id of one that was removed. */
async function nameOf(machines: AuditedMachines, organisation: string, idOrName: string): Promise<string> {
  return await machines.resolve(organisation, idOrName).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'machine-unknown') return idOrName;
    throw error;
  });
}

function earlier(a: TimePoint | undefined, b: TimePoint): TimePoint {
  return a === undefined || compareTime(b, a) < 0 ? b : a;
}

function isMeant(entry: Entry, { person, machine, action, kind, result }: AuditFilter): boolean {
  if (kind !== undefined && entry.about?.kind !== kind) return false;
  if (person !== undefined && entry.by.person !== person && entry.about?.person !== person) return false;
  if (machine !== undefined && entry.machine !== machine && entry.by.machine !== machine) return false;
  return (action === undefined || entry.action === action) && (result === undefined || entry.result === result);
}

/** The head is read first: entries that come meanwhile are left to the next export. One that cannot be read is exported as it is, and the check of the export finds it. */
async function* exportAll(store: Store, machines: AuditedMachines, organisation: string): AsyncIterable<string> {
  for (const { shard, log, chain, head } of await chainsOf(store, organisation, await machines.ids(organisation))) {
    const [end, start] = await store.rows(shard, [head, anchors.at(log)]);
    // The second log of a shard begins with its first entry.
    if (end === undefined && start === undefined && chain.includes('/')) continue;
    const anchor = start === undefined ? emptyChain : anchors.parse(start).value;
    if (anchor.seq > 0) yield JSON.stringify({ log: chain, anchor });
    // Heads of all sorts have what an anchor has.
    const { seq, hash } = end === undefined ? emptyChain : anchors.parse(end).value;
    let after = (await store.log(shard, log)).first - 1;
    let isWhole = seq === 0;
    while (!isWhole) {
      const { entries } = await store.entries(shard, log, after, ENTRIES_PER_READ);
      for (const { value } of entries) {
        const own = parseEntry(value)?.seq;
        if (own === undefined || (own > anchor.seq && own <= seq)) yield value;
        isWhole ||= own !== undefined && own >= seq;
      }
      after = entries.at(-1)?.position ?? after;
      isWhole ||= entries.length < ENTRIES_PER_READ;
    }
    yield JSON.stringify({ log: chain, head: { seq, hash } });
  }
}
