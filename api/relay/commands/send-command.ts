/** Sending a command: the machine asked for, its id claimed in the machine's shard, and all that belongs to it written in one commit, once. */
import { createHash } from 'node:crypto';
import type { CommandRecord, CommandRequest } from '#contract/command.ts';
import { commandKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { canonicalJson } from '#contract/signing.ts';
import { activity, recorded } from '../../audit/log.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Sending } from '../relay.ts';
import { iso, PRESENCE, parseRecord, RECORD } from '../rows.ts';
import { actsOf, type CommandRow, commandRows, toRecord } from './command-row.ts';
import { changeCommands, readPositions } from './command-store.ts';
import { ARGS, COMMANDS, LIVE, NEWEST, newestKey } from './command-tables.ts';
import { checkShare, sizeOf } from './shares.ts';

/** Strings among the args that say what a command is about, in UTF-16 units. */
const ABOUT_LENGTH_MAX = 100;
/** Writes a new command and gives its record; nothing where the same one is there. */
export async function writeCommand(
  store: Store,
  machine: string,
  id: string,
  request: CommandRequest,
  sending: Sending,
): Promise<CommandRecord | undefined> {
  const shard = machineShard(machine);
  const args = JSON.stringify(request.args);
  const content = contentOf(request);
  return untilDone(store, shard, async () => {
    const [[found, head], positions, refusal] = await Promise.all([
      store.rows(shard, [{ table: COMMANDS, key: id }, activity.head]),
      readPositions(store, machine),
      checkMachine(store, machine, request, sending).catch((error: unknown) => error),
    ]);
    if (found !== undefined) {
      if (commandRows.parse(found).value.content !== content) throw new Problem('id-reused');
      return { result: undefined };
    }
    if (refusal !== undefined) throw refusal;
    const now = store.now();
    const row = { ...toRow(machine, id, request, sending, content, positions.next(), now), size: sizeOf(args) };
    const { parts: change } = await changeCommands(store, shard, [{ before: undefined, after: row }], now);
    const taken = positions.change();
    const put = [
      ...change.put,
      ...taken.put,
      { table: ARGS, key: id, value: args },
      { table: NEWEST, key: row.listKey, value: id },
    ];
    return {
      result: toRecord(row, args, undefined),
      commit: joined(
        { ...change, expect: [...change.expect, ...taken.expect], put },
        recorded(shard, activity, head, actsOf(undefined, row, sending.by), now),
      ),
    };
  });
}

async function checkMachine(store: Store, machine: string, request: CommandRequest, { by }: Sending): Promise<void> {
  const shard = machineShard(machine);
  const [row, presence, queued, refusal] = await Promise.all([
    store.row(shard, RECORD.table, RECORD.key),
    store.ticket(shard, PRESENCE),
    store.count(shard, LIVE),
    checkShare(store, machine, by.person, sizeOf(JSON.stringify(request.args))).catch((error: unknown) => error),
  ]);
  const record = parseRecord(row).value;
  if (record.announced !== undefined && !record.announced.kinds.includes(request.kind)) {
    throw new Problem('kind-unsupported');
  }
  if (request.whenOffline !== 'queue' && presence === undefined) {
    throw new Problem('machine-unavailable');
  }
  if (queued >= limits.commandsQueuedMax) throw new Problem('queue-full');
  if (refusal !== undefined) throw refusal;
}

function toRow(
  machine: string,
  id: string,
  request: CommandRequest,
  { by, keep }: Sending,
  content: string,
  position: number,
  now: number,
): CommandRow {
  const usual = request.whenOffline === 'queue' ? limits.commandExpiryWhenOfflineMs : limits.commandExpiryMs;
  const expiresAt = now + (request.expiresInSeconds === undefined ? usual : request.expiresInSeconds * 1000);
  const summary = {
    id,
    machine,
    kind: request.kind,
    about: aboutOf(request),
    ...(request.ifRev === undefined ? {} : { ifRev: request.ifRev }),
    state: 'queued' as const,
    by,
    createdAt: iso(now),
    expiresAt: iso(expiresAt),
    receipts: [{ state: 'queued' as const, at: iso(now) }],
  };
  const signature = request.signature === undefined ? {} : { signature: request.signature };
  return { summary, position, listKey: newestKey(position), attempt: 0, expiresAt, content, keep, ...signature };
}

/** What a kind lets events, lists and the audit show of its args: they are kept long, and everybody reads them. */
function aboutOf({ kind, args }: CommandRequest): Record<string, string> {
  const shown = (commandKind(kind)?.about ?? []).map((name) => [name, args[name]] as const);
  return Object.fromEntries(
    shown.filter(([, value]) => typeof value === 'string' && value.length <= ABOUT_LENGTH_MAX),
  ) as Record<string, string>;
}

/** SHA-256 of what is wished, whatever the order of its members. A signature proves it and is no part of it. */
function contentOf({ kind, args, ifRev }: CommandRequest): string {
  return createHash('sha256').update(canonicalJson({ kind, args, ifRev })).digest('hex');
}
