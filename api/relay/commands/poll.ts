/** The bridge's long-poll: commands are leased, held ones renewed, cancellations told; otherwise it waits. */
import type { CommandDelivered, PollAnswer, PollRequest } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { QueryDelivered } from '#contract/query.ts';
import { activity, recorded } from '../../audit/log.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import type { Versioned } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { relayConditions } from '../machines/conditions.ts';
import { nextCall, untilNews } from '../machines/hold.ts';
import type { Presence } from '../machines/presence.ts';
import { waitingQueries } from '../queries/queries.ts';
import type { Bare } from '../relay.ts';
import { checkEpoch, type MachineRow, POLL, RECORD, readMachine, replace } from '../rows.ts';
import { openWaiter } from '../waiter.ts';
import {
  actsOf,
  type CommandRow,
  commandRows,
  lapsed,
  leased,
  relayActor,
  renewed,
  toDelivered,
} from './command-row.ts';
import { changeCommands, readPositions, requeued } from './command-store.ts';
import { ARGS, ASKED, LIVE } from './command-tables.ts';
import { journalAtPoll, missed } from './journal.ts';

/** A renewal within this time of the last is not written: the lease is still long. */
const RENEW_AFTER_MS = 10_000;
/** Args of one answer, in UTF-16 units; a larger command travels alone. */
const ARGS_PER_ANSWER_MAX = 1024 * 1024;

interface Look {
  readonly commands: readonly CommandDelivered[];
  readonly after: number;
  readonly cancel: readonly string[];
  readonly queries: readonly QueryDelivered[];
  readonly conditions: readonly Condition[];
  /** Whether there is anything that the bridge does not know yet. */
  readonly isNews: boolean;
}

/** Answers a poll. Throws Problem `superseded`, `resync`, `machine-removed`. */
export async function poll(
  store: Store,
  presence: Presence,
  machine: string,
  request: PollRequest,
  signal: AbortSignal,
): Promise<Bare<PollAnswer>> {
  const mostMs = Math.min(request.waitSeconds * 1000, limits.holdMsMax);
  const holdMs = Math.max(0, mostMs - Math.random() * Math.min(limits.holdJitterMs, mostMs / 10));
  using waiter = openWaiter((wake) => [store.listen(machineShard(machine), POLL, wake)]);
  let begunWith: string | undefined;
  const found = await untilNews(waiter, holdMs, signal, async (isFirst) => {
    const seen = await look(store, machine, request, isFirst);
    // Once, as it comes in: a hold is shorter than presence, and one that is being cut off is no sign of life.
    if (isFirst) await presence.heard(machine);
    const now = JSON.stringify(seen.conditions);
    begunWith ??= now;
    return { ...seen, isNews: seen.isNews || now !== begunWith };
  });
  const { commands, after, cancel, queries, conditions } = found;
  const told = conditions.length === 0 ? {} : { conditions: [...conditions] };
  const given = { commands: [...commands], after, cancel: [...cancel], queries: [...queries] };
  return { ...given, ...told, now: store.now(), next: nextCall(signal) };
}

/** Lease tokens that the bridge holds, by the command's id. */
type Holding = ReadonlyMap<string, string>;

/** One look at the live commands, with all that it changes written in one commit. */
async function look(store: Store, machine: string, request: PollRequest, isFirst: boolean): Promise<Look> {
  const shard = machineShard(machine);
  return untilDone<Look>(store, shard, async () => {
    // Side by side: where the store is across a network, each read is a way there and back.
    const [{ record, sync }, live, asked, positions, queries] = await Promise.all([
      readMachine(store, machine),
      readNamed(store, shard, LIVE),
      isFirst && request.journal !== undefined ? readNamed(store, shard, ASKED) : [],
      readPositions(store, machine),
      waitingQueries(store, shard, request.asking ?? []),
    ]);
    checkEpoch(request.epoch, record.value);
    if (record.value.handle !== store.handle) throw new Problem('resync');
    if ((request.acknowledged ?? 0) > sync.value.seq) throw new Problem('resync', 'This relay has lost a batch');
    if (sync.value.step.is === 'astray')
      throw new Problem('resync', 'This relay holds other documents than the bridge says');
    const holding: Holding = new Map(request.holding.map(({ id, lease }) => [id, lease]));
    if (asked.some(({ value }) => hasMissed(value, holding, request.epoch)))
      throw new Problem('resync', 'A command has expired, and its delivery may have been lost');
    const journal = journalAtPoll(record.value.journal, request.journal);
    const isSameJournal = journal === record.value.journal;
    const conditions = relayConditions(record.value.rival);
    const open = [...live, ...asked];
    if (open.length === 0 && isSameJournal)
      return {
        result: { commands: [], after: request.after, cancel: [], queries, conditions, isNews: queries.length > 0 },
      };
    const now = store.now();
    const given = { epoch: request.epoch, switches: journal?.switches ?? 0 };
    const told = Math.min(request.after, positions.last);
    const isTold = request.journal !== undefined;
    const said = { holding, epoch: request.epoch, journal, isTold, now };
    const looked = open.map((before) => ({ before, row: afterWord(before.value, said, positions.next) }));
    const due = looked.map(({ row }) => row).filter((row) => isToDeliver(row, holding, request.epoch, told));
    const [delivered, head] = await Promise.all([
      deliver(store, shard, due, given, now),
      store.row(shard, activity.head.table, activity.head.key),
    ]);
    const changed = looked.flatMap(({ before, row }) => {
      const after = delivered.find((one) => one.from === row)?.row ?? row;
      return after === before.value ? [] : [{ before, after }];
    });
    const seen = toLook(looked, delivered, told, request.epoch);
    const result = { ...seen, queries, conditions, isNews: seen.isNews || queries.length > 0 };
    if (changed.length === 0 && isSameJournal) return { result };
    const { parts } = await changeCommands(store, shard, changed, now);
    const acts = changed.flatMap(({ before, after }) => actsOf(before.value, after, relayActor));
    const taken = positions.change();
    // Whoever connects meanwhile is the newer one: no lease then for this bridge.
    const { expect: fence, put } = replace(RECORD, record, { ...record.value, ...(journal && { journal }) });
    const commit = {
      ...parts,
      expect: [...parts.expect, ...taken.expect, fence],
      put: [...parts.put, ...taken.put, ...(isSameJournal ? [] : [put])],
    };
    return { result, commit: joined(commit, recorded(shard, activity, head, acts, now)) };
  });
}

/** The commands whose ids a table holds. */
async function readNamed(store: Store, shard: string, table: string): Promise<readonly Versioned<CommandRow>[]> {
  const ids = await store.list(shard, table, undefined, limits.commandsQueuedMax);
  if (ids.length === 0) return [];
  const named = ids.map(({ value }) => value);
  return (await commandRows.getAll(store, shard, named)).filter((row) => row !== undefined);
}

/** What a poll says of the bridge: what it holds, by which connection, whether it tells its journal, and how that stands. */
interface Said {
  readonly holding: Holding;
  readonly epoch: number;
  readonly journal: MachineRow['journal'];
  readonly isTold: boolean;
  readonly now: number;
}

/** What this poll does to one command before any delivery: what the bridge says of it and time first, then a renewal, and the word that it is to be cancelled. */
function afterWord(before: CommandRow, { holding, epoch, journal, isTold, now }: Said, next: () => number): CommandRow {
  const isMissed = isTold && !holding.has(before.summary.id);
  const row = requeued(before, lapsed(isMissed ? missed(before, epoch, journal, now) : before, now), next);
  if (row.lease === undefined) return row;
  const isDue = !row.lease.confirmed || row.lease.until - now < limits.leaseMs - RENEW_AFTER_MS;
  const kept = holding.has(row.summary.id) && isDue ? renewed(row, row.lease, now) : row;
  const isCancelTold = !kept.summary.cancelAsked || kept.cancelTold === epoch;
  return isCancelTold ? kept : { ...kept, cancelTold: epoch };
}

/** Given to this connection, unknown by now, and not held: only a new connection proves that it did not arrive, because a poll may be a late copy. */
function hasMissed({ summary, given }: CommandRow, holding: Holding, epoch: number): boolean {
  return given?.epoch === epoch && !holding.has(summary.id);
}

/** Queued, or leased in this epoch and not yet received: beyond what the bridge confirms, and not held under this lease. */
function isToDeliver(row: CommandRow, holding: Holding, epoch: number, told: number): boolean {
  if (row.summary.state === 'queued') return !row.summary.cancelAsked;
  if (row.lease?.epoch !== epoch || row.position <= told) return false;
  return holding.get(row.summary.id) !== row.lease.token;
}

interface Delivery {
  readonly from: CommandRow;
  readonly row: CommandRow;
  readonly command: CommandDelivered;
}

/** The first commands whose args fit into one answer, leased where they are not yet. */
async function deliver(
  store: Store,
  shard: string,
  rows: readonly CommandRow[],
  given: { readonly epoch: number; readonly switches: number },
  now: number,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  let size = 0;
  for (const from of rows.toSorted((a, b) => a.position - b.position)) {
    const args = (await store.row(shard, ARGS, from.summary.id))?.value ?? '{}';
    size += args.length;
    if (deliveries.length > 0 && size > ARGS_PER_ANSWER_MAX) break;
    const row = from.summary.state === 'queued' ? leased(from, given, now) : from;
    if (row.lease !== undefined) deliveries.push({ from, row, command: toDelivered(row, row.lease, args) });
  }
  return deliveries;
}

function toLook(
  looked: readonly { before: Versioned<CommandRow>; row: CommandRow }[],
  delivered: readonly Delivery[],
  told: number,
  epoch: number,
): Omit<Look, 'conditions' | 'queries'> {
  const asked = looked.filter(({ row }) => row.lease !== undefined && row.summary.cancelAsked);
  return {
    commands: delivered.map(({ command }) => command),
    after: Math.max(told, ...delivered.map(({ command }) => command.position)),
    cancel: asked.map(({ row }) => row.summary.id),
    isNews: delivered.length > 0 || asked.some(({ before }) => before.value.cancelTold !== epoch),
  };
}
