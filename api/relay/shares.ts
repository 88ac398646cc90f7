/** What one person has on one machine: how much waits in its queue, and which settled commands are kept. Beyond a person's share their own oldest settled commands go, so that nobody washes out the history of another. */
import * as v from 'valibot';
import { isSettled } from '#contract/command.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../store/shards.ts';
import type { Commit, Row, Store } from '../store/store.ts';
import { defineTable, type Versioned } from '../store/tables.ts';
import type { CommandRow } from './command-row.ts';
import { belongings, COMMAND_DUE, positionKey } from './command-tables.ts';

/** What a command takes beside its args and result. */
const RECORD_BYTES = 1024;
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

/** In a machine's shard, by person: what they have there. */
const accounts = defineTable('command-accounts', Account);
/** In a machine's shard, by person and number: their settled commands, the oldest first. One that cannot be read is passed by. */
const keptCommands = defineTable('commands-kept', v.object({ id: v.string(), listKey: v.string(), bytes: v.number() }));

/** A command before and after a change: new without `before`, forgotten without `after`. */
export interface Turned {
  readonly before?: CommandRow;
  readonly after?: CommandRow;
  /** Of a result that the change brings. */
  readonly resultBytes?: number;
}

type Parts = Required<Pick<Commit, 'expect' | 'put' | 'delete' | 'due'>>;

/** What a command counts as before it has a result. */
export function sizeOf(args: string): number {
  return RECORD_BYTES + Buffer.byteLength(args);
}

/** Throws Problem `queue-full` where a person has as much in a machine's queue as one may have. */
export async function checkShare(store: Store, machine: string, person: string, bytes: number): Promise<void> {
  const row = await store.row(machineShard(machine), accounts.name, person);
  const { live, liveBytes } = readAccount(person, row).value;
  const { commandsQueuedPerPersonMax: most, queuedBytesPerPersonMax: bytesMax } = limits;
  if (live >= most)
    throw new Problem('queue-full', `You have ${live} commands waiting for this machine; one person may have ${most}.`);
  if (live > 0 && liveBytes + bytes > bytesMax)
    throw new Problem(
      'queue-full',
      `Your commands waiting for this machine have ${liveBytes} bytes; one person may have ${bytesMax}.`,
    );
}

/** Enters changes of commands in the accounts of those who sent them: the rows as they are to be written, in the order of those that have one, and the parts of the commit that belong to it. */
export async function account(
  store: Store,
  shard: string,
  turns: readonly Turned[],
): Promise<{ readonly rows: readonly CommandRow[]; readonly parts: Parts }> {
  const people = [...new Set(turns.filter(isMoving).map(personOf))];
  const [found, count] =
    people.length === 0
      ? [[], 0]
      : await Promise.all([store.rows(shard, people.map(accounts.at)), store.count(shard, accounts.name)]);
  const books = new Map(people.map((person, at) => [person, openBook(person, readAccount(person, found[at]))]));
  const rows = turns.flatMap((turn) => {
    const row = isMoving(turn) ? books.get(personOf(turn))?.enter(turn) : turn.after;
    return row ?? [];
  });
  const busy = new Set(turns.map((turn) => (turn.after ?? turn.before)?.summary.id ?? ''));
  const closed = await Promise.all([...books.values()].map((book) => book.close(store, shard, count, busy)));
  return {
    rows,
    parts: {
      expect: closed.flatMap(({ expect }) => expect),
      put: closed.flatMap(({ put }) => put),
      delete: closed.flatMap((part) => part.delete),
      due: closed.flatMap(({ due }) => due),
    },
  };
}

function personOf({ before, after }: Turned): string {
  return (after ?? before)?.summary.by.person ?? '';
}

function isLive(row: CommandRow): boolean {
  return !isSettled(row.summary.state);
}

/** Whether a change makes a difference to an account: a lease and its renewal do not. */
function isMoving({ before, after }: Turned): boolean {
  if (before === undefined || after === undefined) return true;
  return before.summary.state !== after.summary.state && !(isLive(before) && isLive(after));
}

function openBook(person: string, found: Versioned<Account>) {
  let now = found.value;
  const put: { table: string; key: string; value: string }[] = [];
  const gone: { table: string; key: string }[] = [];
  const keyOf = (n: number) => `${person}\n${positionKey(n)}`;
  /** Out of where it was; the number of its place is kept where it stays settled. */
  const leave = (before: CommandRow | undefined, stays: boolean) => {
    if (before === undefined) return;
    const { size, kept } = before;
    if (isLive(before) && size !== undefined) now = { ...now, live: now.live - 1, liveBytes: now.liveBytes - size };
    if (kept === undefined) return;
    now = { ...now, kept: now.kept - 1, keptBytes: now.keptBytes - kept.bytes };
    if (!stays) gone.push(keptCommands.at(keyOf(kept.n)));
  };
  const join = ({ kept, ...after }: CommandRow, resultBytes: number): CommandRow => {
    const { size, summary, listKey } = after;
    if (isLive(after)) {
      if (size !== undefined) now = { ...now, live: now.live + 1, liveBytes: now.liveBytes + size };
      return after;
    }
    if (after.keep) return after;
    const bytes = (size ?? RECORD_BYTES) + resultBytes;
    const n = kept?.n ?? now.next;
    put.push(keptCommands.put(keyOf(n), { id: summary.id, listKey, bytes }));
    now = { ...now, kept: now.kept + 1, keptBytes: now.keptBytes + bytes, next: Math.max(now.next, n + 1) };
    return { ...after, kept: { n, bytes } };
  };
  return {
    enter: ({ before, after, resultBytes = 0 }: Turned): CommandRow | undefined => {
      const stays = before !== undefined && after !== undefined && !isLive(before) && !isLive(after);
      leave(before, stays);
      return after && join(after, resultBytes);
    },
    /** Lets the oldest go until the rest is within the share; never one that the commit itself changes. */
    close: async (store: Store, shard: string, people: number, busy: ReadonlySet<string>): Promise<Parts> => {
      const due: { id: string; at: number | null }[] = [];
      const share = shareOf(people);
      const isOver = () => now.kept > share.commands || now.keptBytes > share.bytes;
      let after = `${person}\n`;
      for (let count = LOOKED_AT_FIRST; isOver() && count <= DROPPED_MAX; count *= 2) {
        const page = await store.list(shard, keptCommands.name, after, count);
        for (const row of page) {
          const { key } = row;
          if (!isOver() || !key.startsWith(`${person}\n`)) break;
          after = key;
          const entry = keptCommands.readable([row])[0]?.value;
          if (entry === undefined || busy.has(entry.id)) continue;
          const { id, listKey, bytes } = entry;
          now = { ...now, kept: now.kept - 1, keptBytes: now.keptBytes - bytes };
          gone.push(keptCommands.at(key), ...belongings(id, listKey));
          // Where a chosen id was noted for it, the sweep forgets that too.
          due.push({ id: `${COMMAND_DUE}${id}`, at: store.now() });
        }
        if (page.length < count) break;
      }
      const name = accounts.at(person);
      const isEmpty = now.live === 0 && now.kept === 0;
      return {
        expect: [{ row: name, version: found.version }],
        put: isEmpty ? put : [...put, accounts.put(person, now)],
        delete: isEmpty ? [...gone, name] : gone,
        due,
      };
    },
  };
}

/** One that cannot be read begins anew: what is kept beyond the share then stays until its time is over. */
function readAccount(person: string, row: Row | undefined): Versioned<Account> {
  if (row === undefined) return { value: emptyAccount, version: 0 };
  return accounts.readable([{ ...row, key: person }])[0] ?? { value: emptyAccount, version: row.version };
}

/** What one of so many people may have kept on a machine. */
function shareOf(people: number): { readonly commands: number; readonly bytes: number } {
  const each = Math.max(1, people);
  return {
    commands: Math.min(limits.commandsKeptPerPersonMax, Math.floor(limits.commandsKeptMax / each)),
    bytes: Math.min(limits.keptBytesPerPersonMax, Math.floor(limits.keptBytesMax / each)),
  };
}
