/** Where commands lie in their machine's shard, and how a changed one is written: row, queue, due, event and signals together. */
import * as v from 'valibot';
import type { CommandSummary } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { withRecord } from '../../audit/log.ts';
import { machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { defineLayout, parseOr, type Versioned } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { blockOf, putItem } from '../feeds/blocks.ts';
import { type NoticeWord, toNotice } from '../notices.ts';
import { DISPATCH, EVENTS, iso, POLL, replace } from '../rows.ts';
import { actsOf, type CommandRow, commandRows, lapsed, nextLapse, relayActor, scopeToRead } from './command-row.ts';
import { ASKED, COMMAND_DUE, COMMANDS, commandSignal, LIVE, positionKey } from './command-tables.ts';
import { account, type Transition } from './shares.ts';

/** What the sender of a command should hear of it, where that has changed. */
function wordsOf(before: CommandRow | undefined, { summary }: CommandRow, nowMs: number): readonly NoticeWord[] {
  if (before?.summary.state === summary.state) return [];
  const kind = commandKind(summary.kind);
  const saidOf = (one: CommandSummary | undefined) => one && kind?.notice?.(one, kind.title);
  const said = saidOf(summary);
  if (said === undefined && saidOf(before?.summary) === undefined) return [];
  const until = iso(nowMs + limits.commandNoticeMs);
  const word = { item: 'command', key: summary.id, scope: scopeToRead(summary), for: summary.by.person } as const;
  return [{ ...word, said: said && { ...said, until } }];
}

const dispatchLayout = defineLayout('the positions of commands', v.object({ position: v.number() }));

type Parts = Required<Pick<Commit, 'expect' | 'put' | 'delete' | 'due' | 'append' | 'signal'>>;

/** The parts of a commit that turn one state of a command into another; `before` undefined for a new one. */
function commandChange(
  before: Versioned<CommandRow> | undefined,
  after: CommandRow,
  result: string | undefined,
  nowMs: number,
): Parts {
  const { id } = after.summary;
  const name = { table: COMMANDS, key: id };
  const was = before?.value.summary;
  const isVisible = was?.state !== after.summary.state || was.cancelAsked !== after.summary.cancelAsked;
  const wasLive = before !== undefined && !isSettled(before.value.summary.state);
  const isLive = !isSettled(after.summary.state);
  const hasMoved = before?.value.position !== after.position;
  const wasAsked = before !== undefined && isAsked(before.value);
  const notices = toNotice(wordsOf(before?.value, after, nowMs), nowMs);
  return {
    expect: [{ row: name, version: before?.version ?? 0 }],
    put: [
      { ...name, value: JSON.stringify(after) },
      ...(isLive && hasMoved ? [{ table: LIVE, key: positionKey(after.position), value: id }] : []),
      ...(isAsked(after) && !wasAsked ? [{ table: ASKED, key: id, value: id }] : []),
      ...notices.put,
    ],
    delete: [
      ...(wasLive && (!isLive || hasMoved) ? [{ table: LIVE, key: positionKey(before.value.position) }] : []),
      ...(wasAsked && !isAsked(after) ? [{ table: ASKED, key: id }] : []),
      ...notices.delete,
    ],
    due: [{ id: `${COMMAND_DUE}${id}`, at: nextLapse(after) }, ...notices.due],
    append: isVisible
      ? [...blockOf([putItem('command', id, nowMs, told(after, result))], scopeToRead(after.summary))]
      : [],
    signal: isVisible ? [EVENTS, POLL, commandSignal(id)] : [],
  };
}

/** What an event tells of a command: with its result, serialised, where that is small. */
function told({ summary }: CommandRow, result: string | undefined): string {
  const json = JSON.stringify(summary);
  if (result === undefined || Buffer.byteLength(result) > limits.commandResultToldBytesMax) return json;
  return `${json.slice(0, -1)},"result":${result}}`;
}

function isAsked({ summary, given }: CommandRow): boolean {
  return summary.state === 'unknown' && !!given;
}

/** A change of a command: new where there was nothing before. */
export interface Change extends Pick<Transition, 'resultBytes'> {
  readonly before: Versioned<CommandRow> | undefined;
  readonly after: CommandRow;
  /** Its result, serialised. */
  readonly result?: string | undefined;
}

/** The parts of a commit that turn commands into what they are afterwards, with the accounts of those who sent them; and the rows as written. */
export async function changeCommands(
  store: Store,
  shard: string,
  changes: readonly Change[],
  nowMs: number,
): Promise<{ readonly parts: Parts; readonly rows: readonly CommandRow[] }> {
  const transitions = changes.map(({ before, result: _, ...rest }) => ({
    ...rest,
    ...(before && { before: before.value }),
  }));
  const { rows, parts } = await account(store, shard, transitions);
  const changed = changes.flatMap(({ before, result }, at) => {
    const row = rows[at];
    return row === undefined ? [] : [commandChange(before, row, result, nowMs)];
  });
  return { rows, parts: together([...changed, { ...parts, append: [], signal: [] }]) };
}

/** Several changes in one commit. */
function together(parts: readonly Parts[]): Parts {
  return {
    expect: parts.flatMap(({ expect }) => expect),
    put: parts.flatMap(({ put }) => put),
    delete: parts.flatMap((part) => part.delete),
    due: parts.flatMap(({ due }) => due),
    append: parts.flatMap(({ append }) => append),
    signal: [...new Set(parts.flatMap(({ signal }) => signal))],
  };
}

/** Positions for commands that (again) join the queue, and the change that takes them. */
export async function readPositions(store: Store, machine: string) {
  const row = await store.row(machineShard(machine), DISPATCH.table, DISPATCH.key);
  const dispatch = parseOr(dispatchLayout, row, { position: 0 });
  let { position } = dispatch.value;
  return {
    last: position,
    next: () => ++position,
    /** Nothing where none was taken. */
    change: () => {
      if (position === dispatch.value.position) return { expect: [], put: [] };
      const { expect, put } = replace(DISPATCH, dispatch, { position });
      return { expect: [expect], put: [put] };
    },
  };
}

/** Writes what time has done to a command, and resolves to how it stands; undefined where it is gone. */
export async function readLapsed(store: Store, machine: string, id: string): Promise<CommandRow | undefined> {
  const shard = machineShard(machine);
  return untilDone<CommandRow | undefined>(store, shard, async () => {
    const found = await store.row(shard, COMMANDS, id);
    if (found === undefined) return { result: undefined };
    const before = commandRows.parse(found);
    const now = store.now();
    const after = lapsed(before.value, now);
    if (after === before.value) return { result: after };
    const positions = await readPositions(store, machine);
    const placed = requeued(before.value, after, positions.next);
    const { parts: change } = await changeCommands(store, shard, [{ before, after: placed }], now);
    const taken = positions.change();
    const commit = { ...change, expect: [...change.expect, ...taken.expect], put: [...change.put, ...taken.put] };
    return { result: placed, commit: await withRecord(store, shard, commit, actsOf(before.value, placed, relayActor)) };
  });
}

/** With a new position where it has gone back to the queue, so that `after` of the poll does not hide it. */
export function requeued(before: CommandRow, after: CommandRow, next: () => number): CommandRow {
  const isBack = before.summary.state === 'delivered' && after.summary.state === 'queued';
  return isBack ? { ...after, position: next() } : after;
}
