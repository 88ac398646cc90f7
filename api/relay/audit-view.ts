/** The audit of an organisation: its own two logs, those of its machines and those that removed machines left, merged by time. */
import { type AuditAction, type AuditEntry, activities, emptyChain } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { ANCHORS, activity, ENTRIES_PER_READ, REMOVED, removedLog, strands } from './audit.ts';
import { listMachineIds } from './machines.ts';
import { decodeAfter, encodeAfter } from './page.ts';
import type { Audit, AuditFilter, Machines } from './relay.ts';

/** Where a log lies, and where its anchor and head are noted. */
interface Place {
  readonly shard: string;
  /** Whose it is; absent for the organisation's own. */
  readonly machine?: string;
  readonly log: string;
  readonly chain: string;
  readonly head: { readonly table: string; readonly key: string };
}

/** An entry with its text. */
interface Line {
  readonly entry: AuditEntry;
  readonly text: string;
}

/** Builds the people's side of the audit. */
export function createAudit(store: Store, machines: Machines): Audit {
  return {
    list: async (organisation, filter, { limit, after }) => {
      const before = parsePlaceInTime(decodeAfter(after));
      const machine = filter.machine && (await nameOf(machines, organisation, filter.machine));
      const all = await placesOf(store, organisation, machine);
      // What opens doors is never entered as activity, so what is rare is found at once among much that is not.
      const isDoor = filter.action !== undefined && !activities.has(filter.action as AuditAction);
      const places = isDoor ? all.filter(({ chain }) => !chain.endsWith(activity.suffix)) : all;
      const to = filter.to === undefined ? before : earlier(before, { atMs: filter.to, chain: '', seq: 0 });
      const readers = await Promise.all(places.map((place) => openBackwards(store, place, to)));
      const items: string[] = [];
      let last: PlaceInTime | undefined;
      for (let looked = 0; items.length < limit; looked++) {
        const next = await takeNewest(readers);
        if (next === undefined || timeOf(next).atMs < (filter.from ?? 0)) return { items };
        last = timeOf(next);
        if (isMeant(next.entry, { ...filter, machine })) items.push(next.text);
        if (looked >= limits.auditLookedAtMax) break;
      }
      const left = await Promise.all(readers.map((reader) => reader.newest()));
      if (left.every((line) => line === undefined)) return { items };
      return { items, next: encodeAfter(`${last?.atMs} ${last?.chain} ${last?.seq}`) };
    },
    export: (organisation) => exportAll(store, organisation),
  };
}

/** A machine that is there by id or name; what is not is taken for the id of one that was removed. */
async function nameOf(machines: Machines, organisation: string, idOrName: string): Promise<string> {
  return await machines.resolve(organisation, idOrName).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'machine-unknown') return idOrName;
    throw error;
  });
}

/** The organisation's logs are always among them: they tell of machines too. */
async function placesOf(store: Store, organisation: string, machine: string | undefined): Promise<readonly Place[]> {
  const shard = organisationShard(organisation);
  const own = strands.map(({ suffix, ...strand }): Place => ({ ...strand, shard, chain: `organisation${suffix}` }));
  const present = (await listMachineIds(store, organisation)).flatMap((id) =>
    strands.map(
      ({ suffix, ...strand }): Place => ({ ...strand, shard: machineShard(id), machine: id, chain: `${id}${suffix}` }),
    ),
  );
  const removed: Place[] = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await store.list(shard, REMOVED, after, ENTRIES_PER_READ);
    removed.push(
      ...page.map(({ key }) => ({
        shard,
        machine: key.split('/')[0] ?? '',
        log: removedLog(key),
        chain: key,
        head: { table: REMOVED, key },
      })),
    );
    after = page.length < ENTRIES_PER_READ ? undefined : page.at(-1)?.key;
  }
  // One whose removal is not finished is in both: what it left is the beginning of what it has.
  const unfinished = new Set(present.map(({ chain }) => chain));
  const all = [...present, ...removed.filter(({ chain }) => !unfinished.has(chain))];
  return [...own, ...all.filter((place) => machine === undefined || place.machine === machine)];
}

/** A place in the order of all entries: by time, then by log, then by number. */
interface PlaceInTime {
  readonly atMs: number;
  readonly chain: string;
  readonly seq: number;
}

function timeOf({ entry: { at, log, seq } }: Line): PlaceInTime {
  return { atMs: Date.parse(at), chain: log, seq };
}

function compare(a: PlaceInTime, b: PlaceInTime): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.chain !== b.chain) return a.chain < b.chain ? -1 : 1;
  return a.seq - b.seq;
}

function earlier(a: PlaceInTime | undefined, b: PlaceInTime): PlaceInTime {
  return a === undefined || compare(b, a) < 0 ? b : a;
}

function parsePlaceInTime(text: string | undefined): PlaceInTime | undefined {
  if (text === undefined) return undefined;
  const [, atMs, chain = '', seq] = /^(\d{1,16}) (\S+) (\d{1,12})$/.exec(text) ?? [];
  if (atMs === undefined)
    throw new Problem('parameter-invalid', '`after` is taken from `next` of the page before', { pointer: '/after' });
  return { atMs: Number(atMs), chain, seq: Number(seq) };
}

/** A log read from its end: `newest` stays until it is taken. */
interface Backwards {
  newest(): Promise<Line | undefined>;
  take(): void;
}

async function openBackwards(store: Store, { shard, log }: Place, before: PlaceInTime | undefined): Promise<Backwards> {
  const { first, last } = await store.log(shard, log);
  const read = async (after: number, limit: number): Promise<string[]> =>
    (await store.entries(shard, log, after, limit)).entries.map(({ value }) => value);
  // The position of the last entry before the place: entries are in the order of time, so half of what is left is out at each look.
  let low = first - 1;
  let high = last;
  while (before !== undefined && low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [text] = await read(middle - 1, 1);
    if (text !== undefined && compare(timeOf(parseLine(text)), before) < 0) low = middle;
    else high = middle - 1;
  }
  let window: string[] = [];
  let unread = high;
  // Most logs give one page little; one that gives much is read in larger pieces.
  let size = FIRST_READ;
  let newest: Line | undefined;
  return {
    newest: async () => {
      if (newest !== undefined) return newest;
      if (window.length === 0 && unread >= first) {
        const from = Math.max(first - 1, unread - size);
        window = await read(from, unread - from);
        unread = from;
        size = Math.min(2 * size, ENTRIES_PER_READ);
      }
      const text = window.pop();
      newest = text === undefined ? undefined : parseLine(text);
      return newest;
    },
    take: () => {
      newest = undefined;
    },
  };
}

const FIRST_READ = 8;

function parseLine(text: string): Line {
  return { entry: JSON.parse(text), text };
}

async function takeNewest(readers: readonly Backwards[]): Promise<Line | undefined> {
  const lines = await Promise.all(readers.map((reader) => reader.newest()));
  let at = -1;
  for (const [index, line] of lines.entries()) {
    const best = lines[at];
    if (line !== undefined && (best === undefined || compare(timeOf(line), timeOf(best)) > 0)) at = index;
  }
  readers[at]?.take();
  return lines[at];
}

function isMeant(entry: AuditEntry, { person, machine, action, kind, result }: AuditFilter): boolean {
  if (kind !== undefined && entry.about?.kind !== kind) return false;
  if (person !== undefined && entry.by.person !== person && entry.about?.person !== person) return false;
  if (machine !== undefined && entry.machine !== machine && entry.by.machine !== machine) return false;
  return (action === undefined || entry.action === action) && (result === undefined || entry.result === result);
}

/** The head is read first: entries that come meanwhile are left to the next export. */
async function* exportAll(store: Store, organisation: string): AsyncIterable<string> {
  for (const { shard, log, chain, head } of await placesOf(store, organisation, undefined)) {
    const [end, start] = await store.rows(shard, [head, { table: ANCHORS, key: log }]);
    // The second log of a shard begins with its first entry.
    if (end === undefined && start === undefined && chain.includes('/')) continue;
    const anchor = start === undefined ? emptyChain : (JSON.parse(start.value) as { seq: number; hash: string });
    if (anchor.seq > 0) yield JSON.stringify({ log: chain, anchor });
    const { seq, hash } = end === undefined ? emptyChain : (JSON.parse(end.value) as { seq: number; hash: string });
    let after = (await store.log(shard, log)).first - 1;
    let isWhole = seq === 0;
    while (!isWhole) {
      const { entries } = await store.entries(shard, log, after, ENTRIES_PER_READ);
      for (const { value } of entries) {
        const own = (JSON.parse(value) as AuditEntry).seq;
        if (own > anchor.seq && own <= seq) yield value;
        isWhole ||= own >= seq;
      }
      after = entries.at(-1)?.position ?? after;
      isWhole ||= entries.length < ENTRIES_PER_READ;
    }
    yield JSON.stringify({ log: chain, head: { seq, hash } });
  }
}
