/** What a bridge adds to its channels: several in one request, each in a commit of its own shard. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type ChannelPart, ChannelParts, type ChannelStands, type ChannelsEnvelope } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import type { Versioned } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { checkLine, parseLine, sha256 } from '../documents/parse-ops.ts';
import { entryOf } from '../feeds/blocks.ts';
import { recordRows, scopeToRead } from '../records/record-row.ts';
import { checkEpoch, EVENTS, parseRecord, RECORD } from '../rows.ts';
import { readersOf } from './attendance.ts';
import { type ChannelRow, channelOfKind, channelRow, SNAPSHOT_HOLDER } from './channel-row.ts';
import { keepChannelDue } from './keep-channel.ts';

const inflate = promisify(gunzip);

/** Bytes between two places at which the tail may be cut. */
const STEP_BYTES = limits.channelTailBytesMax / 16;
/** The newest snapshot and the two before it: who has just been told of one may still fetch it. */
const SNAPSHOTS_KEPT = 3;

interface Adding {
  readonly machine: string;
  readonly organisation: string;
  readonly epoch: number;
}

/** Takes the parts of a request. One that is refused does not hold up the others. Throws `digest-mismatch`, `body-invalid`, `superseded`, `resync`, `machine-removed`. */
export async function takeParts(
  store: Store,
  machine: string,
  { epoch, digest }: ChannelsEnvelope,
  line: Uint8Array,
): Promise<{ readonly items: ChannelStands[] }> {
  if (sha256(line) !== digest) throw new Problem('digest-mismatch');
  const parts = parseParts(line);
  const found = await store.row(machineShard(machine), RECORD.table, RECORD.key);
  const { value } = parseRecord(found);
  checkEpoch(epoch, value);
  const adding = { machine, organisation: value.organisation, epoch };
  const checked: Checked[] = [];
  // One after another: each snapshot is inflated once.
  for (const part of parts) checked.push(await check(part));
  return { items: await Promise.all(checked.map((one) => take(store, adding, one))) };
}

function parseParts(line: Uint8Array): readonly ChannelPart[] {
  const parts = checkLine(ChannelParts, parseLine(line));
  const names = parts.map(({ channel }) => channel);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Problem('body-invalid', `The channel ${twice} is named twice.`);
  return parts;
}

/** A part as it may be added, or why not. */
interface Checked {
  readonly part: ChannelPart;
  readonly given?: Given;
  readonly refused?: Problem;
}

async function check(part: ChannelPart): Promise<Checked> {
  try {
    if (part.replaces && (part.snapshot === undefined || part.entries.length === 0))
      throw new Problem('body-invalid', 'What replaces has a snapshot, and at least one entry.');
    if (part.entries.length > limits.channelEntriesMax)
      throw new Problem('body-invalid', `A part has at most ${limits.channelEntriesMax} entries.`);
    const entries = part.entries.map(entryText);
    const snapshot = part.snapshot === undefined ? undefined : await parseSnapshot(part.snapshot);
    return { part, given: { entries, snapshot, replaces: part.replaces === true } };
  } catch (error) {
    return { part, refused: ofOne(error) };
  }
}

async function take(store: Store, adding: Adding, { part, given, refused }: Checked): Promise<ChannelStands> {
  const { channel } = part;
  try {
    if (given === undefined) throw refused;
    const stands = await add(store, adding, part, given);
    return { channel, ...stands, watched: (await readersOf(store, channel)).length > 0 };
  } catch (error) {
    const { code, message } = ofOne(error);
    return { channel, code, detail: message };
  }
}

/** A problem that is one channel's alone; throws any other. */
function ofOne(error: unknown): Problem {
  if (!(error instanceof Problem) || !ofOneChannel.has(error.code)) throw error;
  return error;
}

/** Problems that are one channel's alone. */
const ofOneChannel: ReadonlySet<string> = new Set<ProblemCode>(['channel-unknown', 'channel-closed', 'body-invalid']);

function entryText(entry: unknown): string {
  const text = JSON.stringify(entry);
  if (Buffer.byteLength(text) > limits.channelEntryBytesMax)
    throw new Problem('body-invalid', `An entry has at most ${limits.channelEntryBytesMax} bytes.`);
  return text;
}

interface Snapshot {
  readonly rev: string;
  readonly bytes: Uint8Array;
}

/** Inflates it once, so that no reader meets one that is no gzip, or that grows without end. */
async function parseSnapshot(base64: string): Promise<Snapshot> {
  const bytes = Buffer.from(base64, 'base64');
  try {
    await inflate(bytes, { maxOutputLength: limits.snapshotBytesMax });
  } catch (cause) {
    throw new Problem('body-invalid', `A snapshot is gzip of at most ${limits.snapshotBytesMax} bytes.`, {}, cause);
  }
  return { rev: createHash('sha256').update(bytes).digest('hex'), bytes };
}

/** Where a channel stands, without its name. */
type Stands = Omit<ChannelStands, 'channel'>;

interface Given {
  readonly entries: readonly string[];
  readonly replaces: boolean;
  readonly snapshot: Snapshot | undefined;
}

async function add(store: Store, adding: Adding, part: ChannelPart, given: Given): Promise<Stands> {
  const shard = channelShard(part.channel);
  const { stands, upTo } = await untilDone<{ stands: Stands; upTo: number }>(store, shard, async () => {
    const before = (await channelRow.get(store, shard)) ?? (await begun(store, adding, part.channel));
    const row = before.value;
    if (row.machine !== adding.machine) throw new Problem('channel-unknown');
    if (row.epoch > adding.epoch) throw new Problem('superseded');
    const told = standsOf(row);
    if (part.seq === 0) return { result: { stands: told, upTo: 0 } };
    if (part.seq <= row.seq) return { result: { stands: { ...told, dup: true as const }, upTo: 0 } };
    if (part.seq > row.seq + 1) {
      const { seq: _, ...more } = told;
      return { result: { stands: { ...more, code: 'gap', expected: row.seq + 1 }, upTo: 0 } };
    }
    if (row.closedAt !== undefined) throw new Problem('channel-closed');
    const now = store.now();
    const { row: after, cut, dropped } = grown(row, adding.epoch, part, given, now);
    const commit = commitOf(before, after, given, { dropped, now });
    return { result: { stands: standsOf(after), upTo: cut }, commit };
  });
  // Safe to lose: the next part that goes beyond the limit cuts again.
  if (upTo > 0) await store.trim(shard, EVENTS, { upTo });
  return stands;
}

/** The row of a channel that has none yet: the machine has told a record of a kind that has one. */
async function begun(
  store: Store,
  { machine, organisation, epoch }: Adding,
  id: string,
): Promise<Versioned<ChannelRow>> {
  const record = await recordRows.get(store, machineShard(machine), id);
  if (record === undefined || channelOfKind(record.value.kind) === undefined) throw new Problem('channel-unknown');
  const { kind, seal } = record.value;
  const sealed = seal === undefined ? {} : { isSealed: true as const };
  const empty = { seq: 0, last: 0, bytes: 0, steps: [], snapshots: [], inputsFrom: 0 };
  return { value: { organisation, machine, kind, ...sealed, epoch, ...empty }, version: 0 };
}

function standsOf({ last, seq, mark, bytes, snapshots: [newest] }: ChannelRow) {
  const behind = { bytes: bytes - (newest?.bytes ?? 0), entries: last - (newest?.at ?? 0) };
  const isMuch = behind.bytes > limits.compactBytes || behind.entries > limits.compactEntries;
  return {
    position: last,
    seq,
    ...(mark === undefined ? {} : { mark }),
    ...(isMuch ? { compact: true as const } : {}),
  };
}

interface Grown {
  readonly row: ChannelRow;
  /** Entries up to this position are kept no longer; 0 if none are too many. */
  readonly cut: number;
  /** Revs of snapshots that are kept no longer. */
  readonly dropped: readonly string[];
}

/** The row after a part. */
function grown(row: ChannelRow, epoch: number, part: ChannelPart, { entries, snapshot }: Given, now: number): Grown {
  const last = row.last + entries.length;
  const bytes = row.bytes + entries.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const stepped =
    bytes - (row.steps.at(-1)?.[1] ?? 0) >= STEP_BYTES ? [...row.steps, [last, bytes] as [number, number]] : row.steps;
  const over = stepped.filter(([, upTo]) => bytes - upTo > limits.channelTailBytesMax);
  const all =
    snapshot === undefined
      ? row.snapshots
      : [{ at: last, rev: snapshot.rev, size: snapshot.bytes.length, bytes }, ...row.snapshots];
  const snapshots = all.slice(0, SNAPSHOTS_KEPT);
  const kept = new Set(snapshots.map(({ rev }) => rev));
  const { mark: _, ...rest } = row;
  return {
    row: {
      ...rest,
      ...{ epoch, seq: part.seq, last, bytes, steps: stepped.slice(over.length), snapshots },
      ...(part.mark === undefined ? {} : { mark: part.mark }),
      ...(part.close === undefined ? {} : { closedAt: now }),
    },
    cut: over.at(-1)?.[0] ?? 0,
    dropped: all.map(({ rev }) => rev).filter((rev) => !kept.has(rev)),
  };
}

function commitOf(
  before: Versioned<ChannelRow>,
  after: ChannelRow,
  { entries, snapshot, replaces }: Given,
  { dropped, now }: { readonly dropped: readonly string[]; readonly now: number },
): Commit {
  const scope = scopeToRead(after);
  const isNew = before.version === 0;
  const held =
    snapshot === undefined ? {} : { blobs: [snapshot], hold: [{ rev: snapshot.rev, holder: SNAPSHOT_HOLDER }] };
  return {
    expect: [{ row: channelRow.name, version: before.version }],
    put: [channelRow.put(after)],
    append: entries.map((text) => ({ log: EVENTS, value: entryOf(scope, text, replaces) })),
    ...held,
    release: dropped.map((rev) => ({ rev, holder: SNAPSHOT_HOLDER })),
    due: isNew || after.closedAt === now ? [keepChannelDue(now)] : [],
    signal: [EVENTS],
  };
}
