/**
 * How much the records of a machine come to, and which of them were changed longest ago: a batch then costs what it
 * brings, and not all that is kept. Each connect, which reads all records anyway, puts the ledger right.
 */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Commit, RowName, Store } from '../../store/store.ts';
import { defineTable, defineTextTable } from '../../store/tables.ts';
import { isKeptHere, mayLeave, recordRows, sizeOf } from './record-row.ts';
import { readRecords } from './records.ts';

/** What the records of one group come to. */
interface Sum {
  readonly count: number;
  readonly bytes: number;
}

/** In a machine's shard, one row: the sums by group. */
const sumRows = defineTable('record-sums', v.record(v.string(), v.object({ count: v.number(), bytes: v.number() })));
const SUMS = 'all';
/** In a machine's shard, by group: those that may leave, by `ageKey`. */
const ageRows = defineTextTable('records-by-age');

type Parts = Required<Pick<Commit, 'put' | 'delete'>>;

/** The ledger while a batch changes it. */
export interface RecordLedger {
  /** Enters what a batch makes of records. */
  enter(before: RecordItem | undefined, after: RecordItem | undefined): void;
  /** Takes out what is too much, and resolves to it: first what was changed longest ago. */
  shorten(): Promise<readonly RecordItem[]>;
  /** The parts of the commit. */
  parts(): Parts;
}

const nothing: Sum = { count: 0, bytes: 0 };
const LOOKED_AT_FIRST = 16;

/** Opens the ledger of a shard. Where there is none, all records are read for it. */
export async function openLedger(store: Store, shard: string): Promise<RecordLedger> {
  const found = await sumRows.get(store, shard, SUMS);
  if (found !== undefined) return createLedger(store, shard, found.value);
  const ledger = createLedger(store, shard, {});
  for (const record of (await readRecords(store, shard)).values()) ledger.enter(undefined, record);
  return ledger;
}

function createLedger(store: Store, shard: string, before: Readonly<Record<string, Sum>>): RecordLedger {
  const sums = new Map(Object.entries(before));
  /** Rows by their names, with whether they are there afterwards. */
  const ages = new Map<string, { readonly row: RowName; readonly isThere: boolean }>();
  /** Those that the batch itself brings, in its order. */
  const brought = new Map<string, RecordItem>();
  const note = (record: RecordItem, isThere: boolean) => {
    if (!mayLeave(record)) return;
    const row = ageRows.of(groupOf(record)).at(ageKey(record));
    ages.set(`${row.table}\n${row.key}`, { row, isThere });
  };
  const add = (record: RecordItem, sign: 1 | -1) => {
    const { count, bytes } = sums.get(groupOf(record)) ?? nothing;
    sums.set(groupOf(record), { count: count + sign, bytes: bytes + sign * sizeOf(record) });
    note(record, sign === 1);
  };
  const enter: RecordLedger['enter'] = (was, is) => {
    if (was === is) return;
    if (was !== undefined) add(was, -1);
    if (is === undefined) return;
    add(is, 1);
    brought.set(is.id, is);
  };
  const isOver = (group: string) => isTooMuch(group, sums.get(group) ?? nothing);
  const takeOut = (record: RecordItem) => {
    add(record, -1);
    brought.delete(record.id);
    return record;
  };
  const shortenGroup = async function* (group: string): AsyncGenerator<RecordItem> {
    if (!isOver(group)) return;
    for await (const record of eachByAge(store, shard, group, ages)) {
      yield takeOut(record);
      if (!isOver(group)) return;
    }
    for (const record of [...brought.values()].filter((one) => mayLeave(one) && groupOf(one) === group)) {
      yield takeOut(record);
      if (!isOver(group)) return;
    }
  };
  return {
    enter,
    shorten: async () =>
      (await Promise.all([...sums.keys()].map((group) => Array.fromAsync(shortenGroup(group))))).flat(),
    parts: () => partsOf(sums, ages),
  };
}

/** The group whose records share a budget: a kind that the relay keeps, or all others together. */
function groupOf(record: RecordItem): string {
  return isKeptHere(record) ? record.kind : '';
}

function isTooMuch(group: string, { count, bytes }: Sum): boolean {
  return group === ''
    ? count > limits.recordsPerMachineMax || bytes > limits.recordBytesPerMachineMax
    : count > limits.recordsKeptPerMachineMax || bytes > limits.recordKeptBytesPerMachineMax;
}

/** Sorts by the time of the last change, then by id. */
function ageKey({ changedAt, id }: RecordItem): string {
  return `${changedAt}\n${id}`;
}

/** Those of the store that may leave, the oldest first, without those that the batch changes and those of which the row tells an older state. */
async function* eachByAge(
  store: Store,
  shard: string,
  group: string,
  changed: ReadonlyMap<string, unknown>,
): AsyncGenerator<RecordItem> {
  const table = ageRows.of(group);
  let after: string | undefined;
  let size = LOOKED_AT_FIRST;
  do {
    const { rows, next } = await table.list(store, shard, after, size);
    const known = rows.filter(({ key }) => !changed.has(`${table.name}\n${key}`));
    const records = await recordRows.getAll(
      store,
      shard,
      known.map(({ key }) => idIn(key)),
    );
    for (const [at, { key }] of known.entries()) {
      const record = records[at]?.value;
      if (record !== undefined && ageKey(record) === key && groupOf(record) === group) yield record;
    }
    after = next;
    size *= 2;
  } while (after !== undefined);
}

function idIn(key: string): string {
  return key.slice(key.indexOf('\n') + 1);
}

function partsOf(
  sums: ReadonlyMap<string, Sum>,
  ages: ReadonlyMap<string, { readonly row: RowName; readonly isThere: boolean }>,
): Parts {
  const rows = [...ages.values()];
  return {
    put: [
      sumRows.put(SUMS, Object.fromEntries([...sums].filter(([, { count }]) => count > 0))),
      ...rows.flatMap(({ row, isThere }) => (isThere ? [{ ...row, value: '' }] : [])),
    ],
    delete: rows.flatMap(({ row, isThere }) => (isThere ? [] : [row])),
  };
}

/** The parts of a commit that make the ledger of a shard that of these records; nothing where it is. */
export async function ledgerOf(store: Store, shard: string, records: Iterable<RecordItem>): Promise<Parts> {
  const sums = new Map<string, Sum>();
  const wanted = new Map<string, RowName>();
  for (const record of records) {
    const { count, bytes } = sums.get(groupOf(record)) ?? nothing;
    sums.set(groupOf(record), { count: count + 1, bytes: bytes + sizeOf(record) });
    const row = ageRows.of(groupOf(record)).at(ageKey(record));
    if (mayLeave(record)) wanted.set(`${row.table}\n${row.key}`, row);
  }
  const found = (await sumRows.get(store, shard, SUMS))?.value ?? {};
  const stale: RowName[] = [];
  for (const group of new Set([...sums.keys(), ...Object.keys(found)])) {
    const table = ageRows.of(group);
    for await (const { key } of table.each(store, shard))
      if (!wanted.delete(`${table.name}\n${key}`)) stale.push(table.at(key));
  }
  const isSame = JSON.stringify(Object.entries(found).sort()) === JSON.stringify([...sums].sort());
  return {
    put: [
      ...(isSame ? [] : [sumRows.put(SUMS, Object.fromEntries(sums))]),
      ...[...wanted.values()].map((row) => ({ ...row, value: '' })),
    ],
    delete: stale,
  };
}
