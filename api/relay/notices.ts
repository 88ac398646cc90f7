/** Notices: what people should hear of, as items say it of themselves. An item lies in its machine's shard and its notice in the organisation's: the commit of the first notes what it says, from which it is told, again where a process was killed in between. */
import * as v from 'valibot';
import { NoticeSaid } from '#contract/document.ts';
import { feedOfMachine } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import { Notice } from '#contract/notice.ts';
import * as contract from '#contract/people.ts';
import { holds, type Scope } from '#contract/scopes.ts';
import { decodeAfter, encodeAfter } from '../store/page.ts';
import { machineShard, organisationShard } from '../store/shards.ts';
import type { Commit, KeyedRow, Row, Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { type Decision, untilDone } from '../store/until-done.ts';
import { blocksOf, type Change, deleteItem, itemText, putItem } from './feeds/blocks.ts';
import type { FeedCaller, Page, PageRequest, Serialised } from './relay.ts';
import { EVENTS, iso, MACHINES, parseRecord, RECORD } from './rows.ts';

/** The due id, in a machine's shard, of each notice that is to be told, or that ends by itself at that time. */
export const TELL_NOTICE_DUE = 'notice:';

/** Notices in one commit. */
const AT_ONCE = 100;

/** What an item says now; `said` is undefined where it says nothing any more. */
export interface NoticeWord {
  readonly item: string;
  readonly key: string;
  readonly said: NoticeSaid | undefined;
  /** Who may read the item. */
  readonly scope: Scope;
  readonly for?: string;
  /** Since when that is so, in ms since 1970; absent for now. */
  readonly at?: number;
}

/** In a machine's shard: what its items say now, by `saidKey`; `at` in ms since 1970. One that cannot be read says nothing. */
const Said = v.object({
  item: v.string(),
  key: v.string(),
  said: NoticeSaid,
  scope: contract.Scope,
  for: v.exactOptional(v.string()),
  at: v.number(),
});
type Said = v.InferInput<typeof Said>;
const said = defineTable('said', Said);

/** In an organisation's shard, by key. One that cannot be read is not listed, and is put again when its item says something. */
const notices = defineTable('notices', v.object({ scope: contract.Scope, notice: Notice }));

/** In an organisation's shard, by machine: how many notices it has for everybody (''), and for each person alone. */
const counts = defineTable('notice-counts', v.record(v.string(), v.number()));
type Counts = Readonly<Record<string, number>>;

/** The name of an item within its machine. */
export function saidKey({ item, key }: Pick<NoticeWord, 'item' | 'key'>): string {
  return `${item}\n${key}`;
}

/** The parts of a commit to a machine's shard that note what its items say; `tellNotices` comes after it, or the sweep. */
export function toNotice(
  words: readonly NoticeWord[],
  nowMs: number,
): Required<Pick<Commit, 'put' | 'delete' | 'due'>> {
  const put = words.flatMap((word) => {
    if (word.said === undefined) return [];
    return [said.put(saidKey(word), { at: nowMs, ...word, said: word.said })];
  });
  return {
    put,
    delete: words.flatMap((word) => (word.said === undefined ? [said.at(saidKey(word))] : [])),
    due: words.map((word) => ({ id: `${TELL_NOTICE_DUE}${saidKey(word)}`, at: nowMs })),
  };
}

/** Makes the notices of these items what they say now; by `saidKey`. */
export async function tellNotices(store: Store, machine: string, keys: readonly string[]): Promise<void> {
  const shard = machineShard(machine);
  const record = keys.length === 0 ? undefined : await store.row(shard, RECORD.table, RECORD.key);
  if (record === undefined) return;
  const { organisation } = parseRecord(record).value;
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    const ends = await untilDone(store, organisationShard(organisation), () =>
      decide(store, organisation, machine, some),
    );
    // One that says something else by now is told by whoever has noted that.
    for (const [at, key] of some.entries()) await settle(store, shard, key, ends[at]);
  }
}

/** How what was said stands once it is told: over, or until a time, which `at` is. */
interface Told {
  readonly version: number;
  readonly isOver: boolean;
  readonly at: number | null;
}

/** Comes again when the notice ends, and then forgets what was said. */
async function settle(store: Store, shard: string, key: string, told: Told | undefined): Promise<void> {
  const { version, isOver, at } = told ?? { version: 0, isOver: false, at: null };
  await store.commit(shard, {
    expect: [{ row: said.at(key), version }],
    delete: isOver ? [said.at(key)] : [],
    due: [{ id: `${TELL_NOTICE_DUE}${key}`, at: isOver ? null : at }],
  });
}

/**
 * What is told is read first, then what is said: each commit changes the row of the count, so that of two at once the
 * later one reads again. Resolves to how each stands.
 */
async function decide(
  store: Store,
  organisation: string,
  machine: string,
  keys: readonly string[],
): Promise<Decision<readonly Told[]>> {
  const feed = feedOfMachine(machine);
  const counted = counts.at(machine);
  const told = keys.map((key) => notices.at(`${feed}\n${key}`));
  const listed = { table: MACHINES, key: machine };
  const [listedRow, countRow, ...found] = await store.rows(organisationShard(organisation), [listed, counted, ...told]);
  // Nobody would take away what is told of a machine that has been removed.
  if (listedRow === undefined) return { result: [] };
  const words = await store.rows(machineShard(machine), keys.map(said.at));
  const count = readCount(machine, countRow);
  const now = store.now();
  let total = count.value;
  const sayings = words.map((row, at) => row && said.readable([{ ...row, key: keys[at] ?? '' }])[0]);
  const parts = told.flatMap((name, at) => {
    const { by, share, part } = step(name.key, found[at], sayings[at]?.value, feed, now);
    if (part === undefined || (by > 0 && isFull(total, share))) return [];
    total = changed(total, share, by);
    return [part];
  });
  const commit = together(parts);
  return {
    result: sayings.map((row) => {
      const at = row === undefined ? null : untilOf(row.value.said);
      return { version: row?.version ?? 0, isOver: at !== null && at <= now, at };
    }),
    commit: {
      ...commit,
      expect: [{ row: counted, version: count.version }, ...commit.expect, { row: listed, version: listedRow.version }],
      put: [counts.put(machine, total), ...commit.put],
    },
  };
}

/** What a machine tells everybody does not take the room of a person's own, nor the other way round. */
function isFull(counted: Counts, share: string): boolean {
  return (counted[share] ?? 0) >= (share === '' ? limits.noticesPerMachineMax : limits.noticesPerSenderMax);
}

function changed(counted: Counts, share: string, by: number): Counts {
  const { [share]: before = 0, ...others } = counted;
  const after = before + by;
  return after > 0 ? { ...others, [share]: after } : others;
}

function untilOf({ until }: NoticeSaid): number | null {
  return until === undefined ? null : Date.parse(until);
}

interface Part extends Required<Pick<Commit, 'expect' | 'put' | 'delete'>> {
  readonly scope: Scope;
  readonly change: Change;
}

/** What brings one notice in line; `by` is by how much the number of its share changes. */
function step(
  name: string,
  row: Row | undefined,
  now: Said | undefined,
  feed: string,
  nowMs: number,
): { readonly by: number; readonly share: string; readonly part?: Part } {
  const expect = [{ row: notices.at(name), version: row?.version ?? 0 }];
  const before = row && notices.readable([{ ...row, key: name }])[0]?.value;
  const share = now?.for ?? before?.notice.for ?? '';
  const until = now === undefined ? null : untilOf(now.said);
  if (now === undefined || (until !== null && until <= nowMs))
    return before === undefined ? { by: 0, share } : { by: -1, share, part: gone(name, before.scope, expect, nowMs) };
  const { item, key, said: text, scope, at, ...rest } = now;
  const since = before?.notice.since ?? iso(at);
  const notice: Notice = { ...text, link: { feed, item, key }, since, ...rest };
  const put = notices.put(name, { scope, notice });
  if (row?.value === put.value) return { by: 0, share };
  const change = putItem('notice', name, nowMs, JSON.stringify(notice));
  return { by: before === undefined ? 1 : 0, share, part: { expect, put: [put], delete: [], scope, change } };
}

function gone(name: string, scope: Scope, expect: Part['expect'], nowMs: number): Part {
  return { expect, put: [], delete: [notices.at(name)], scope, change: deleteItem('notice', name, nowMs) };
}

/** Several in one commit. */
function together(parts: readonly Part[]) {
  return {
    expect: parts.flatMap(({ expect }) => expect),
    put: parts.flatMap(({ put }) => put),
    delete: parts.flatMap((part) => part.delete),
    append: blocksOf(parts.map(({ scope, change }) => [scope, change])),
    signal: parts.length === 0 ? [] : [EVENTS],
  };
}

/** Takes away all notices of a machine that is gone. Can be repeated. */
export async function dropNotices(store: Store, organisation: string, machine: string): Promise<void> {
  const shard = organisationShard(organisation);
  const prefix = `${feedOfMachine(machine)}\n`;
  for (let isDone = false; !isDone; ) {
    isDone = await untilDone<boolean>(store, shard, async () => {
      const page = await store.list(shard, notices.name, prefix, AT_ONCE);
      const own = page.filter(({ key }) => key.startsWith(prefix));
      if (own.length > 0) return { result: false, commit: await without(store, shard, machine, own) };
      return { result: true, commit: { delete: [counts.at(machine)] } };
    });
  }
}

/** The commit that takes away notices of one machine. */
async function without(store: Store, shard: string, machine: string, rows: readonly KeyedRow[]): Promise<Commit> {
  const count = readCount(machine, await store.row(shard, counts.name, machine));
  const now = store.now();
  const commit = together(
    rows.map((row) => {
      // Of one that cannot be read nobody was told.
      const scope = notices.readable([row])[0]?.value.scope ?? 'admin';
      return gone(row.key, scope, [{ row: notices.at(row.key), version: row.version }], now);
    }),
  );
  // A count of nothing, so that whoever is about to tell one of them reads again.
  return {
    ...commit,
    expect: [{ row: counts.at(machine), version: count.version }, ...commit.expect],
    put: [counts.put(machine, {}), ...commit.put],
  };
}

/** The notices of an organisation that a scope may read, in the order of their keys. */
export async function listNotices(
  store: Store,
  { organisation, scope }: FeedCaller,
  { limit, after }: PageRequest,
): Promise<Page<{ readonly key: string; readonly notice: Notice }>> {
  const { rows, next } = await notices.list(store, organisationShard(organisation), decodeAfter(after), limit);
  const items = rows.flatMap(({ key, value }) => (holds(scope, value.scope) ? [{ key, notice: value.notice }] : []));
  return next === undefined ? { items } : { items, next: encodeAfter(next) };
}

/** The same, all of them, as items of the feed. */
export async function noticeItems(store: Store, caller: FeedCaller): Promise<readonly Serialised[]> {
  const texts: Serialised[] = [];
  for (let after: string | undefined = encodeAfter(''); after !== undefined; ) {
    const page = await listNotices(store, caller, { limit: limits.pageItemsMax, after });
    texts.push(...page.items.map(({ key, notice }) => itemText('notice', key, JSON.stringify(notice))));
    after = page.next;
  }
  return texts;
}

/** One that cannot be read begins anew. */
function readCount(machine: string, row: Row | undefined): { readonly value: Counts; readonly version: number } {
  const [found] = row === undefined ? [] : counts.readable([{ ...row, key: machine }]);
  return { value: found?.value ?? {}, version: row?.version ?? 0 };
}
