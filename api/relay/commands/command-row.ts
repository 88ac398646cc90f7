/** A command as the relay keeps it, how the contract's table moves it, and what of it people and the bridge see. No I/O. */
import * as v from 'valibot';
import type { Act, Actor, AuditResult } from '#contract/audit.ts';
import type { CommandDelivered } from '#contract/bridge.ts';
import { type CommandProblem, type CommandRecord, CommandSummary } from '#contract/command.ts';
import { type CommandEvent, type CommandState, commandLife, isSettled } from '#contract/command-life.ts';
import { CommandSignature } from '#contract/device-key.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { endedAs, itemsEnded } from '#contract/kinds/items-ended.ts';
import { limits } from '#contract/limits.ts';
import type { Scope } from '#contract/scopes.ts';
import { defineLayout, defineTable } from '../../store/tables.ts';
import { iso } from '../rows.ts';
import { COMMANDS } from './command-tables.ts';

const argsLayout = defineLayout('the args of commands', v.record(v.string(), v.unknown()));
const resultLayout = defineLayout('the results of commands', v.unknown());

/** A command's time with a bridge. */
const LeaseHeld = v.object({
  token: v.string(),
  epoch: v.number(),
  /** ms since 1970. */
  until: v.number(),
  /** The bridge has said that it holds it. */
  confirmed: v.boolean(),
});
export type LeaseHeld = v.InferOutput<typeof LeaseHeld>;

/** Everything but args and result, which lie in rows of their own. */
export const CommandRow = v.object({
  summary: v.object({ ...CommandSummary.entries, by: v.object(CommandSummary.entries.by.entries) }),
  /** The order in which bridges get them; a new one each time it goes back to the queue. */
  position: v.number(),
  /** The key of its place in the list, newest first. */
  listKey: v.string(),
  /** How often it has been leased. */
  attempt: v.number(),
  /** The connection it was last leased to, and how often its journal had been switched then; null once that bridge has said that it never had it. */
  given: v.exactOptional(v.nullable(v.object({ epoch: v.number(), switches: v.number() }))),
  lease: v.exactOptional(LeaseHeld),
  /** ms since 1970. */
  expiresAt: v.number(),
  settledAt: v.exactOptional(v.number()),
  /** SHA-256 of what was asked, by which the same id is the same command. */
  content: v.string(),
  keep: v.boolean(),
  /** Bytes that it counts as before it has a result; absent where an earlier release has taken it. */
  size: v.exactOptional(v.number()),
  /** Once it has ended: its place among those of its sender, and the bytes that it counts as. */
  kept: v.exactOptional(v.object({ n: v.number(), bytes: v.number() })),
  signature: v.exactOptional(CommandSignature),
  /** The epoch whose bridge has been told of the cancellation. */
  cancelTold: v.exactOptional(v.number()),
});
export type CommandRow = v.InferOutput<typeof CommandRow>;

const CommandBefore = v.looseObject({ given: v.looseObject({ turn: v.number() }) });

/** In a machine's shard, by id. One that cannot be read is neither listed nor delivered. */
export const commandRows = defineTable(COMMANDS, CommandRow, (before) => {
  // Until 0.2 what is now `switches` was called `turn`.
  if (!v.is(CommandBefore, before)) return undefined;
  const { turn: switches, ...given } = before.given;
  return { ...before, given: { ...given, switches } };
});

/** The row after an event, as the contract's table says; the same object where the event does not move it. */
export function moved(row: CommandRow, event: CommandEvent, nowMs: number, problem?: CommandProblem): CommandRow {
  const { state, receipts } = row.summary;
  const next: CommandState = commandLife[state][event];
  if (next === state) return row;
  const summary: CommandSummary = {
    ...row.summary,
    state: next,
    receipts: [...receipts, { state: next, at: iso(nowMs) }],
    ...(problem === undefined ? {} : { problem }),
  };
  const { lease: _, ...unleased } = row;
  if (!isSettled(next)) return { ...unleased, summary };
  return { ...unleased, summary, settledAt: nowMs };
}

/** The row after what time alone has done to it: expiry, a lost lease. The same object where it did nothing. */
export function lapsed(row: CommandRow, nowMs: number): CommandRow {
  const event = lapse(row, nowMs);
  if (event === undefined) return row;
  const after = moved(row, event, nowMs);
  // Back in the queue: expiry can have come meanwhile.
  return after.summary.state === 'queued' ? lapsed(after, nowMs) : after;
}

/** The row after a person's wish to cancel it, once nobody can have begun it. */
export function cancelled(row: CommandRow, nowMs: number): CommandRow {
  return row.summary.cancelAsked && isUnbegun(row) ? moved(row, 'cancel', nowMs) : row;
}

function isUnbegun({ attempt, given }: CommandRow): boolean {
  return attempt === 0 || given === null;
}

function lapse(row: CommandRow, nowMs: number): CommandEvent | undefined {
  const expired = nowMs >= row.expiresAt;
  if (row.summary.state === 'queued' && expired) return isUnbegun(row) ? 'expire' : 'expire-leased';
  if (row.summary.state !== 'delivered') return undefined;
  const lost = row.lease === undefined || nowMs >= row.lease.until;
  if (expired && (lost || !row.lease?.confirmed)) return 'expire-leased';
  if (!lost) return undefined;
  return row.attempt >= limits.leasesMax ? 'lose-last' : 'lose';
}

/** The scope that it takes to read a command of this kind, and to know of it. */
export function scopeToRead({ kind: name }: Pick<CommandSummary, 'kind'>): Scope {
  const kind = commandKind(name);
  return kind === undefined ? 'execute' : (kind.readScope ?? 'read');
}

/** What of a change is recorded, done by `by`: that it was sent, or has ended, with `result`. */
export function actsOf(before: CommandRow | undefined, after: CommandRow, by: Actor, result?: unknown): readonly Act[] {
  const { id, machine, kind, state } = after.summary;
  const content = commandKind(kind)?.hashed === undefined ? {} : { sha256: after.content };
  const about = { ...after.summary.about, command: id, kind, ...content };
  const what = { by, machine, about };
  if (before === undefined) return [{ action: 'command-sent', result: 'done', ...what }];
  if (before.summary.state === state || !isSettled(state)) return [];
  const ended = { ...what, about: { ...about, ...endedAs(kind, result) } };
  // `isSettled` has left no other states, which the compiler cannot see.
  return [{ action: 'command-ended', result: state as AuditResult, ...ended, ...itemsEnded(kind, result) }];
}

/** Who it is that ends a command because its time is over. */
export const relayActor: Actor = { name: 'relay', via: 'relay' };

/** When time next does something to it, in ms since 1970; null for never. */
export function nextLapse(row: CommandRow): number | null {
  if (row.summary.state === 'queued') return row.expiresAt;
  if (row.lease !== undefined) {
    return row.lease.confirmed ? row.lease.until : Math.min(row.lease.until, row.expiresAt);
  }
  return row.keep || row.settledAt === undefined ? null : row.settledAt + limits.commandKeptMs;
}

/** The row leased to a bridge, or renewed (`confirmed`) for one that holds it. */
export function leased(row: CommandRow, given: { epoch: number; switches: number }, nowMs: number): CommandRow {
  const { epoch } = given;
  const attempt = row.attempt + 1;
  const lease = { token: `${epoch}.${attempt}`, epoch, until: nowMs + limits.leaseMs, confirmed: false };
  return { ...moved(row, 'lease', nowMs), attempt, lease, given };
}

export function renewed(row: CommandRow, lease: LeaseHeld, nowMs: number): CommandRow {
  return { ...row, lease: { ...lease, until: nowMs + limits.leaseMs, confirmed: true } };
}

/** The command as a bridge gets it. `args` is the serialised args. */
export function toDelivered(row: CommandRow, lease: LeaseHeld, args: string): CommandDelivered {
  const { id, kind, ifRev, by } = row.summary;
  return {
    id,
    position: row.position,
    kind,
    args: argsLayout.parse(args),
    ...(ifRev === undefined ? {} : { ifRev }),
    by: by.name,
    expiresAt: row.expiresAt,
    lease: lease.token,
    leasedUntil: lease.until,
    ...(row.signature === undefined ? {} : { signature: row.signature }),
  };
}

/** The command as people get it. */
export function toRecord(row: CommandRow, args: string | undefined, result: string | undefined): CommandRecord {
  return {
    ...row.summary,
    args: args === undefined ? {} : argsLayout.parse(args),
    ...(result === undefined ? {} : { result: resultLayout.parse(result) }),
  };
}
