/** Commands as people send and follow them: written once, found again by their id, waited for, cancelled, listed. */
import { randomBytes } from 'node:crypto';
import type { Act } from '#contract/audit.ts';
import type { Author, CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { holds, type Scope } from '#contract/scopes.ts';
import { withRecord } from '../../audit/log.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Commands, Machines } from '../relay.ts';
import { openWaiter } from '../waiter.ts';
import { type CommandRow, cancelled, commandRows, lapsed, scopeToRead, toRecord } from './command-row.ts';
import { changeCommands, readLapsed } from './command-store.ts';
import { ARGS, COMMANDS, commandSignal, RESULTS } from './command-tables.ts';
import { listCommands } from './list-commands.ts';
import { writeCommand } from './send-command.ts';

/** Builds the people's side of commands. */
export function createCommands(store: Store, machines: Machines): Commands {
  return {
    get: async ({ organisation, scope }, idOrName, id) =>
      readRecord(store, await machines.resolve(organisation, idOrName), id, scope),
    send: async ({ organisation, scope }, idOrName, request, sending) => {
      const machine = await machines.resolve(organisation, idOrName);
      const id = request.id ?? randomBytes(18).toString('base64url');
      return (
        (await writeCommand(store, machine, id, request, sending)) ?? (await readRecord(store, machine, id, scope))
      );
    },
    wait: async ({ organisation, scope }, idOrName, id, waitMs, signal) =>
      waitSettled(store, await machines.resolve(organisation, idOrName), { id, scope }, waitMs, signal),
    cancel: async ({ organisation, scope }, idOrName, id, by) => {
      const machine = await machines.resolve(organisation, idOrName);
      await readRecord(store, machine, id, scope);
      await cancel(store, machine, id, by);
      return readRecord(store, machine, id, scope);
    },
    list: async ({ organisation, scope }, idOrName, page) =>
      listCommands(store, await machines.resolve(organisation, idOrName), scope, page),
  };
}

/** One that the scope may not read is as if it were not there. */
async function readRecord(store: Store, machine: string, id: string, scope: Scope): Promise<CommandRecord> {
  const [found, args, result] = await store.rows(
    machineShard(machine),
    [COMMANDS, ARGS, RESULTS].map((table) => ({ table, key: id })),
  );
  if (found === undefined) throw new Problem('command-unknown');
  const row = commandRows.parse(found).value;
  if (!holds(scope, scopeToRead(row.summary))) throw new Problem('command-unknown');
  // What time has changed is written first, and has no result.
  const now = lapsed(row, store.now()) === row ? row : await readLapsed(store, machine, id);
  if (now === undefined) throw new Problem('command-unknown');
  return toRecord(now, args?.value, now === row ? result?.value : undefined);
}

async function waitSettled(
  store: Store,
  machine: string,
  { id, scope }: { readonly id: string; readonly scope: Scope },
  waitMs: number,
  signal: AbortSignal,
): Promise<CommandRecord> {
  const deadline = performance.now() + Math.min(waitMs, limits.holdMsMax);
  using waiter = openWaiter((wake) => [store.listen(machineShard(machine), commandSignal(id), wake)]);
  for (;;) {
    const record = await readRecord(store, machine, id, scope);
    const leftMs = deadline - performance.now();
    if (isSettled(record.state) || leftMs <= 0 || signal.aborted) return record;
    await waiter.wait(leftMs, signal);
  }
}

async function cancel(store: Store, machine: string, id: string, by: Author): Promise<void> {
  await readLapsed(store, machine, id);
  await untilDone(store, machineShard(machine), async () => {
    const found = await store.row(machineShard(machine), COMMANDS, id);
    if (found === undefined) throw new Problem('command-unknown');
    const before = commandRows.parse(found);
    const now = store.now();
    const { summary } = before.value;
    if (summary.state === 'cancelled' || (summary.cancelAsked && !isSettled(summary.state)))
      return { result: undefined };
    if (isSettled(summary.state)) throw new Problem('not-cancellable');
    const asked: CommandRow = { ...before.value, summary: { ...summary, cancelAsked: true } };
    const act: Act = { action: 'command-cancelled', result: 'done', by, machine, about: { command: id } };
    const shard = machineShard(machine);
    const { parts } = await changeCommands(store, shard, [{ before, after: cancelled(asked, now) }], now);
    return { result: undefined, commit: await withRecord(store, shard, parts, [act]) };
  });
}
