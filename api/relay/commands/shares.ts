/** The share of one person on one machine: how much waits in its queue, and which settled commands are kept. Beyond it their own oldest settled commands go, so that nobody washes out the history of another. */
import { isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import {
  accounts,
  type Book,
  closeBook,
  dropOldest,
  join,
  leave,
  openBook,
  RECORD_BYTES,
  readAccount,
} from './command-account.ts';
import type { CommandRow } from './command-row.ts';

/** A command before and after a change: new without `before`, forgotten without `after`. */
export interface Transition {
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
  transitions: readonly Transition[],
): Promise<{ readonly rows: readonly CommandRow[]; readonly parts: Parts }> {
  const people = [...new Set(transitions.filter(isMoving).map(personOf))];
  const [found, count] =
    people.length === 0
      ? [[], 0]
      : await Promise.all([store.rows(shard, people.map(accounts.at)), store.count(shard, accounts.name)]);
  const books = new Map(people.map((person, at) => [person, openBook(person, found[at])]));
  const rows = transitions.flatMap((transition) => {
    const book = isMoving(transition) ? books.get(personOf(transition)) : undefined;
    return (book === undefined ? transition.after : enterTransition(book, transition)) ?? [];
  });
  const busy = new Set(transitions.map((transition) => (transition.after ?? transition.before)?.summary.id ?? ''));
  await Promise.all([...books.values()].map((book) => dropOldest(book, store, shard, count, busy)));
  const closed = [...books.values()].map(closeBook);
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

function personOf({ before, after }: Transition): string {
  return (after ?? before)?.summary.by.person ?? '';
}

function isLive(row: CommandRow): boolean {
  return !isSettled(row.summary.state);
}

/** Whether a change makes a difference to an account: a lease and its renewal do not. */
function isMoving({ before, after }: Transition): boolean {
  if (before === undefined || after === undefined) return true;
  return before.summary.state !== after.summary.state && !(isLive(before) && isLive(after));
}

/** Enters a change of one command. */
function enterTransition(book: Book, { before, after, resultBytes = 0 }: Transition): CommandRow | undefined {
  const stays = before !== undefined && after !== undefined && !isLive(before) && !isLive(after);
  if (before !== undefined) leave(book, before, stays);
  return after && join(book, after, resultBytes);
}
