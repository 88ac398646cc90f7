/**
 * One sealed channel on the machine: its key for what goes out, a key of each attach for what comes in, and the counters. They lie in a file
 * of the data folder (mode 0600), so that a new bridge goes on with them. A counter is never used twice, whatever crashes.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { type Sealed, SealedInput, type WrappedKeys } from '#contract/sealed.ts';
import { type Direction, vouchText } from '#contract/sealing.ts';
import { type LineFile, openLineFile } from '../line-file.ts';
import { seal, unseal } from '../sealed-bytes.ts';
import type { Vouch } from './machine-key.ts';

const zip = promisify(gzip);

/** A device that attaches; its sealing key in base64url. */
export interface AttachingDevice {
  readonly fingerprint: string;
  readonly sealingKey: string;
}

/** Why an input is not typed. `plain`: not sealed. `unknown`: by no attach of this channel. `order`: not the next one. `forged`: it does not open. */
export type NotTyped = 'plain' | 'unknown' | 'unpinned' | 'order' | 'forged' | 'late';

export type Opened = { readonly input: unknown } | { readonly attach?: string; readonly why: NotTyped };

export interface ChannelSeal extends AsyncDisposable {
  /** Resolves when there are counters for a part. */
  ready(): Promise<void>;
  entry(entry: object): Sealed;
  /** A snapshot (gzip, as base64), sealed: again gzip as base64. */
  snapshot(gzipped: string): Promise<string>;
  /** Output that was asked for. */
  piece(content: object): Promise<Sealed>;
  /** Begins an attach: its keys, wrapped for the device. */
  attach(device: AttachingDevice): Promise<WrappedKeys>;
  /** Opens inputs in their order. What it has opened counts as used from then on, on the disk too. */
  open(inputs: readonly unknown[]): Promise<readonly Opened[]>;
  /** Removes the keys for good; nothing is sealed or opened afterwards. */
  remove(): Promise<void>;
}

export interface ChannelSealDeps {
  /** Fingerprints of the devices that are pinned now. */
  readonly pinned: () => readonly string[];
  /** This machine's own clock, in ms since 1970. */
  readonly now: () => number;
  readonly vouch: Vouch;
}

interface Attach {
  readonly device: string;
  readonly key: Buffer;
  /** Counter of the last input that was opened. */
  last: number;
}

const Key = v.pipe(v.string(), v.base64());
const Line = v.union([
  v.strictObject({ out: Key }),
  v.strictObject({ upTo: v.number() }),
  v.strictObject({ attach: v.string(), device: v.string(), key: Key }),
  v.strictObject({ attach: v.string(), last: v.number() }),
]);
type Line = v.InferOutput<typeof Line>;

interface State {
  readonly deps: ChannelSealDeps;
  readonly channel: string;
  readonly file: LineFile<Line>;
  /** By its id, the oldest first. */
  readonly attaches: Map<string, Attach>;
  readonly out: Buffer;
  /** The next counter, and the one before which all may be used. */
  next: number;
  upTo: number;
  lines: number;
  writing: Promise<unknown>;
}

/** Counters that one line on the disk allows, and how many a part may need. */
const BLOCK = 2 ** 20;
const NEEDED = limits.channelEntriesMax + 2;
const LINES_MAX = 1000;
const KEY_BYTES = 32;

/** What a device has sealed. */
const InputSealed = v.object({ input: v.unknown(), at: v.number() });

/** Opens the keys of a channel from their file, or makes them. */
export async function openChannelSeal(path: string, channel: string, deps: ChannelSealDeps): Promise<ChannelSeal> {
  const kept: Kept = { out: undefined, upTo: 1, lines: 0 };
  const attaches = new Map<string, Attach>();
  const take = (value: unknown) => {
    const parsed = v.safeParse(Line, value);
    if (parsed.success) takeLine(kept, attaches, parsed.output);
    return parsed.success;
  };
  const file = await openLineFile<Line>(path, take, false);
  const { out = randomBytes(KEY_BYTES), upTo, lines } = kept;
  // Counters up to there may have been used by the bridge before.
  const state: State = { deps, channel, file, attaches, out, next: upTo, upTo, lines, writing: Promise.resolve() };
  if (kept.out === undefined) await rewrite(state);
  return {
    ready: () => reserve(state),
    entry: (entry) => sealNext(state, 'out', JSON.stringify(entry)),
    snapshot: async (gzipped) => {
      await reserve(state);
      const sealed = sealNext(state, 'screen', Buffer.from(gzipped, 'base64'));
      return (await zip(JSON.stringify(sealed))).toString('base64');
    },
    piece: async (content) => {
      await reserve(state);
      return sealNext(state, 'piece', JSON.stringify(content));
    },
    attach: (device) => attach(state, device),
    open: (inputs) => openAll(state, inputs),
    remove: async () => {
      await state.writing;
      await file[Symbol.asyncDispose]();
      await rm(path, { force: true });
    },
    [Symbol.asyncDispose]: async () => {
      await state.writing;
      await file[Symbol.asyncDispose]();
    },
  };
}

/** What the file says beside the attaches. */
interface Kept {
  out: Buffer | undefined;
  upTo: number;
  lines: number;
}

function takeLine(kept: Kept, attaches: Map<string, Attach>, line: Line): void {
  kept.lines += 1;
  if ('out' in line) kept.out = Buffer.from(line.out, 'base64');
  else if ('upTo' in line) kept.upTo = line.upTo;
  else if ('key' in line)
    attaches.set(line.attach, { device: line.device, key: Buffer.from(line.key, 'base64'), last: 0 });
  else {
    const known = attaches.get(line.attach);
    if (known !== undefined) known.last = line.last;
  }
}

function* linesOf({ out, upTo, attaches }: State): Iterable<Line> {
  yield { out: out.toString('base64') };
  yield { upTo };
  for (const [attach, { device, key, last }] of attaches) {
    yield { attach, device, key: key.toString('base64') };
    yield { attach, last };
  }
}

/** One write at a time. */
function write(state: State, run: () => Promise<void>): Promise<void> {
  const written = state.writing.then(run);
  state.writing = written.catch(() => undefined);
  return written;
}

function rewrite(state: State): Promise<void> {
  state.lines = 0;
  return write(state, () => state.file.replace(() => linesOf(state)));
}

async function append(state: State, line: Line, how: 'durably' | 'lazily'): Promise<void> {
  state.lines += 1;
  if (state.lines > LINES_MAX) await rewrite(state);
  await write(state, () => state.file.append([line], how));
}

/** The machine may lose its power after a part has left, so the line is on the disk first. */
async function reserve(state: State): Promise<void> {
  if (state.upTo - state.next >= NEEDED) return;
  const upTo = state.next + BLOCK;
  await append(state, { upTo }, 'durably');
  state.upTo = Math.max(state.upTo, upTo);
}

function sealNext(state: State, direction: Direction, content: Buffer | string): Sealed {
  const { channel, out, next: counter } = state;
  if (counter >= state.upTo) throw new Error(`the channel ${channel} has no counter left`);
  state.next += 1;
  return seal(out, { channel, direction, counter }, content);
}

async function attach(state: State, { fingerprint: device, sealingKey }: AttachingDevice): Promise<WrappedKeys> {
  const { channel, attaches, out } = state;
  const id = randomBytes(12).toString('base64url');
  const key = randomBytes(KEY_BYTES);
  const { wrapKeys } = await import('#contract/key-wrapping.ts');
  const keys = { out: Uint8Array.from(out), in: Uint8Array.from(key) };
  const given = { channel, device, attach: id };
  const wrapped = await wrapKeys(sealingKey, keys, given);
  const vouched = await state.deps.vouch(vouchText({ ...given, ...wrapped }));
  attaches.set(id, { device, key, last: 0 });
  for (const old of [...attaches.keys()].slice(0, -limits.attachesPerChannelMax)) attaches.delete(old);
  await append(state, { attach: id, device, key: key.toString('base64') }, 'durably');
  return { device, attach: id, ...wrapped, ...vouched };
}

async function openAll(state: State, inputs: readonly unknown[]): Promise<readonly Opened[]> {
  const used = new Map<string, number>();
  const pinned = state.deps.pinned();
  const opened = inputs.map((input) => openOne(state, input, { used, pinned }));
  // The same input from the next bridge is refused. A machine that loses its power loses the program too, so nothing waits for the disk.
  for (const [attach, last] of used) await append(state, { attach, last }, 'lazily');
  return opened;
}

interface Opening {
  /** By attach, the counter of the last input that was opened now. */
  readonly used: Map<string, number>;
  readonly pinned: readonly string[];
}

function openOne(state: State, given: unknown, { used, pinned }: Opening): Opened {
  const parsed = v.safeParse(SealedInput, given);
  if (!parsed.success) return { why: 'plain' };
  const { a, n, c } = parsed.output;
  const known = state.attaches.get(a);
  if (known === undefined) return { attach: a, why: 'unknown' };
  if (!pinned.includes(known.device)) return { attach: a, why: 'unpinned' };
  // Each one after the one before: a line without some of its keys is another line.
  if (n !== known.last + 1) return { attach: a, why: 'order' };
  const bytes = unseal(known.key, { channel: state.channel, direction: 'in', counter: n }, c);
  const content = v.safeParse(InputSealed, bytes === undefined ? undefined : parseJson(bytes));
  if (!content.success) return { attach: a, why: 'forged' };
  const { input, at } = content.output;
  if (Math.abs(state.deps.now() - at) > limits.sealedInputAgeMsMax) return { attach: a, why: 'late' };
  known.last = n;
  used.set(a, n);
  return { input };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
