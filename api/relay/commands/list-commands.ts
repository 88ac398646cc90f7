/** The commands of a machine, newest first. */
import type { CommandSummary } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import { holds, type Scope } from '#contract/scopes.ts';
import { decodeAfter, encodeAfter } from '../../store/page.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import type { CommandsPage, Page, PageRequest } from '../relay.ts';
import { type CommandRow, commandRows, lapsed, scopeToRead } from './command-row.ts';
import { LIVE, NEWEST } from './command-tables.ts';

/** Rows looked at for one page where some are left out. */
const SCAN_MAX = 5000;

/** Rows read at once to count them. */
const COUNT_PAGE = 100;

/** A page, with what time has already done shown, though the sweep may still have to write it. */
export async function listCommands(
  store: Store,
  machine: string,
  scope: Scope,
  { limit, after, ...wanted }: CommandsPage,
): Promise<Page<CommandSummary>> {
  const items: CommandSummary[] = [];
  let last = decodeAfter(after);
  for (let scanned = 0; scanned < SCAN_MAX; scanned += limit) {
    const keys = await store.list(machineShard(machine), NEWEST, last, limit);
    const rows = await readCommands(
      store,
      machine,
      keys.map(({ value }) => value),
    );
    for (const [index, row] of rows.entries()) {
      last = keys[index]?.key ?? last;
      const summary = row === undefined ? undefined : lapsed(row, store.now()).summary;
      if (summary === undefined || !holds(scope, scopeToRead(summary))) continue;
      if (isWanted(summary, wanted)) items.push(summary);
      if (items.length === limit) return { items, next: encodeAfter(last) };
    }
    if (keys.length < limit) return { items };
  }
  return { items, next: encodeAfter(last) };
}

function isWanted(summary: CommandSummary, { state, about = {} }: Omit<CommandsPage, keyof PageRequest>): boolean {
  const isAbout = ([name, value]: readonly [string, string]) =>
    Object.hasOwn(summary.about, name) && summary.about[name] === value;
  return (state === undefined || summary.state === state) && Object.entries(about).every(isAbout);
}

/** Those that are queued or delivered, in their order. */
export async function liveCommands(store: Store, machine: string): Promise<readonly CommandSummary[]> {
  const keys = await store.list(machineShard(machine), LIVE, undefined, limits.commandsQueuedMax);
  const rows = await readCommands(
    store,
    machine,
    keys.map(({ value }) => value),
  );
  const now = store.now();
  return rows
    .flatMap((row) => (row === undefined ? [] : [lapsed(row, now).summary]))
    .filter((summary) => !isSettled(summary.state));
}

export type LiveNumbers = Readonly<Record<'queued' | 'delivered', number>>;

/** How many are queued, and how many are with the machine. Read in pages, because many machines are counted side by side. */
export async function countLive(store: Store, machine: string): Promise<LiveNumbers> {
  const numbers = { queued: 0, delivered: 0 };
  let last: string | undefined;
  for (;;) {
    const keys = await store.list(machineShard(machine), LIVE, last, COUNT_PAGE);
    const ids = keys.map(({ value }) => value);
    for (const row of ids.length === 0 ? [] : await readCommands(store, machine, ids)) {
      const state = row && lapsed(row, store.now()).summary.state;
      if (state === 'queued' || state === 'delivered') numbers[state] += 1;
    }
    if (keys.length < COUNT_PAGE) return numbers;
    last = keys.at(-1)?.key;
  }
}

async function readCommands(
  store: Store,
  machine: string,
  ids: readonly string[],
): Promise<readonly (CommandRow | undefined)[]> {
  return (await commandRows.getAll(store, machineShard(machine), ids)).map((row) => row?.value);
}
