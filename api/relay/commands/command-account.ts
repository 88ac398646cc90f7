/** What one person has on one machine: the account in its row, and a book of it while a commit changes it. */
import * as v from 'valibot';
import { isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import type { Commit, Row, RowName, Store } from '../../store/store.ts';
import { defineTable, type Versioned } from '../../store/tables.ts';
import type { CommandRow } from './command-row.ts';
import { belongings, COMMAND_DUE, positionKey } from './command-tables.ts';

/** What a command takes beside its args and result. */
export const RECORD_BYTES = 1024;
/** Commands that go in one commit, and how many are looked at first: one large result may take the place of many small ones. */
const DROPPED_MAX = 512;
const LOOKED_AT_FIRST = 4;

const Account = v.object({
  live: v.number(),
  liveBytes: v.number(),
  kept: v.number(),
  keptBytes: v.number(),
  /** Of the settled command that comes next. */
  next: v.number(),
});
type Account = v.InferOutput<typeof Account>;

const emptyAccount: Account = { live: 0, liveBytes: 0, kept: 0, keptBytes: 0, next: 1 };

/** In a machine's shard, by person. */
export const accounts = defineTable('command-accounts', Account);
/** In a machine's shard, by person and number: their settled commands, the oldest first. One that cannot be read is passed by. */
const keptCommands = defineTable('commands-kept', v.object({ id: v.string(), listKey: v.string(), bytes: v.number() }));

/** The account of a row. One that cannot be read begins anew: what is kept beyond the share then stays until its time is over. */
export function readAccount(person: string, row: Row | undefined): Versioned<Account> {
  if (row === undefined) return { value: emptyAccount, version: 0 };
  return accounts.readable([{ ...row, key: person }])[0] ?? { value: emptyAccount, version: row.version };
}

/** An account while a commit changes it, with the rows that go along. */
export interface Book {
  readonly person: string;
  readonly version: number;
  account: Account;
  readonly put: (RowName & { readonly value: string })[];
  readonly gone: RowName[];
  readonly due: { readonly id: string; readonly at: number | null }[];
}

export function openBook(person: string, row: Row | undefined): Book {
  const { value, version } = readAccount(person, row);
  return { person, version, account: { ...value }, put: [], gone: [], due: [] };
}

/** Takes a command out of where it was; the number of its place is kept where it stays settled. */
export function leave({ account, gone, person }: Book, { summary, size, kept }: CommandRow, stays: boolean): void {
  if (!isSettled(summary.state) && size !== undefined) {
    account.live -= 1;
    account.liveBytes -= size;
  }
  if (kept === undefined) return;
  account.kept -= 1;
  account.keptBytes -= kept.bytes;
  if (!stays) gone.push(keptCommands.at(keyOf(person, kept.n)));
}

/** Enters a command as it is now; the row as it is to be written. */
export function join({ account, put, person }: Book, { kept, ...row }: CommandRow, resultBytes: number): CommandRow {
  const { size, summary, listKey } = row;
  if (!isSettled(summary.state)) {
    if (size === undefined) return row;
    account.live += 1;
    account.liveBytes += size;
    return row;
  }
  if (row.keep) return row;
  const bytes = (size ?? RECORD_BYTES) + resultBytes;
  const n = kept?.n ?? account.next;
  put.push(keptCommands.put(keyOf(person, n), { id: summary.id, listKey, bytes }));
  account.kept += 1;
  account.keptBytes += bytes;
  account.next = Math.max(account.next, n + 1);
  return { ...row, kept: { n, bytes } };
}

/** Lets the oldest go until the rest is within the share of one of so many people; never one that the commit itself changes. */
export async function dropOldest(
  book: Book,
  store: Store,
  shard: string,
  people: number,
  busy: ReadonlySet<string>,
): Promise<void> {
  const { account, gone, due, person } = book;
  const share = shareOf(people);
  const isOver = () => account.kept > share.commands || account.keptBytes > share.bytes;
  let after = `${person}\n`;
  for (let count = LOOKED_AT_FIRST; isOver() && count <= DROPPED_MAX; count *= 2) {
    const page = await store.list(shard, keptCommands.name, after, count);
    for (const row of page) {
      if (!isOver() || !row.key.startsWith(`${person}\n`)) break;
      after = row.key;
      const entry = keptCommands.readable([row])[0]?.value;
      if (entry === undefined || busy.has(entry.id)) continue;
      const { id, listKey, bytes } = entry;
      account.kept -= 1;
      account.keptBytes -= bytes;
      gone.push(keptCommands.at(row.key), ...belongings(id, listKey));
      // The sweep finds nothing of it any more, and takes the due away.
      due.push({ id: `${COMMAND_DUE}${id}`, at: store.now() });
    }
    if (page.length < count) break;
  }
}

/** The parts of the commit. An account of nothing leaves no row. */
export function closeBook({ person, version, account, put, gone, due }: Book) {
  const name = accounts.at(person);
  const isEmpty = account.live === 0 && account.kept === 0;
  return {
    expect: [{ row: name, version }],
    put: isEmpty ? put : [...put, accounts.put(person, account)],
    delete: isEmpty ? [...gone, name] : gone,
    due,
  } satisfies Commit;
}

function keyOf(person: string, n: number): string {
  return `${person}\n${positionKey(n)}`;
}

/** What one of so many people may have kept on a machine. */
function shareOf(people: number): { readonly commands: number; readonly bytes: number } {
  const each = Math.max(1, people);
  return {
    commands: Math.min(limits.commandsKeptPerPersonMax, Math.floor(limits.commandsKeptMax / each)),
    bytes: Math.min(limits.keptBytesPerPersonMax, Math.floor(limits.keptBytesMax / each)),
  };
}
