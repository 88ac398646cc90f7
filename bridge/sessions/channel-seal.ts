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
import type { NotTyped } from '#contract/not-typed.ts';
import { type Sealed, SealedInput, type WrappedKeys } from '#contract/sealed.ts';
import { type Direction, vouchText } from '#contract/sealing.ts';
import { seal, unseal } from '../sealed-bytes.ts';
import type { Vouch } from './machine-key.ts';
import { newKey, openSealFile, type SealFile } from './seal-file.ts';

const zip = promisify(gzip);

/** A device that attaches; its sealing key in base64url, and the nonce of the command that it has signed. */
export interface AttachingDevice {
  readonly fingerprint: string;
  readonly sealingKey: string;
  readonly nonce: string;
}

/** `device`: the fingerprint of the key that typed it. */
export type Opened =
  | { readonly input: unknown; readonly device: string }
  | { readonly attach?: string; readonly why: NotTyped };

export interface ChannelSeal extends AsyncDisposable {
  /** Resolves when there are counters for a part: its entries and its snapshot. */
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

interface State {
  readonly deps: ChannelSealDeps;
  readonly channel: string;
  readonly file: SealFile;
  /** The next counter of what goes out. */
  next: number;
}

/** Counters that one line on the disk allows, and how many a part may need. */
const BLOCK = 2 ** 20;
const NEEDED = limits.channelEntriesMax + 2;

/** What a device has sealed. */
const InputSealed = v.object({ input: v.unknown(), at: v.number() });

/** Opens the keys of a channel from their file, or makes them. */
export async function openChannelSeal(path: string, channel: string, deps: ChannelSealDeps): Promise<ChannelSeal> {
  const file = await openSealFile(path);
  // Counters up to there may have been used by the bridge before.
  const state: State = { deps, channel, file, next: file.upTo };
  return {
    ready: () => reserve(state),
    entry: (entry) => sealNext(state, 'out', JSON.stringify(entry)),
    snapshot: async (gzipped) => {
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
      await file[Symbol.asyncDispose]();
      await rm(path, { force: true });
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  };
}

async function reserve({ file, next }: State): Promise<void> {
  if (file.upTo - next < NEEDED) await file.allow(next + BLOCK);
}

function sealNext(state: State, direction: Direction, content: Buffer | string): Sealed {
  const { channel, file, next: counter } = state;
  if (counter >= file.upTo) throw new Error(`the channel ${channel} has no counter left`);
  state.next += 1;
  return seal(file.out, { channel, direction, counter }, content);
}

async function attach(
  { channel, deps, file }: State,
  { fingerprint: device, sealingKey, nonce }: AttachingDevice,
): Promise<WrappedKeys> {
  const { attaches, out } = file;
  const id = randomBytes(12).toString('base64url');
  const key = newKey();
  const { wrapKeys } = await import('#contract/key-wrapping.ts');
  const keys = { out: Uint8Array.from(out), in: Uint8Array.from(key) };
  const given = { channel, device, attach: id, nonce };
  const wrapped = await wrapKeys(sealingKey, keys, given);
  const vouched = await deps.vouch(vouchText({ ...given, ...wrapped }));
  attaches.set(id, { device, key, last: 0 });
  for (const old of [...attaches.keys()].slice(0, -limits.attachesPerChannelMax)) attaches.delete(old);
  await file.begun(id);
  return { device, attach: id, ...wrapped, ...vouched };
}

async function openAll(state: State, inputs: readonly unknown[]): Promise<readonly Opened[]> {
  const used = new Set<string>();
  const pinned = state.deps.pinned();
  const opened = inputs.map((input) => openOne(state, input, { used, pinned }));
  // The same input from the next bridge is refused.
  for (const attach of used) await state.file.used(attach);
  return opened;
}

interface Opening {
  /** The attaches of which something was opened now. */
  readonly used: Set<string>;
  readonly pinned: readonly string[];
}

function openOne(state: State, given: unknown, { used, pinned }: Opening): Opened {
  const parsed = v.safeParse(SealedInput, given);
  if (!parsed.success) return { why: 'plain' };
  const { a, n, c } = parsed.output;
  const known = state.file.attaches.get(a);
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
  used.add(a);
  return { input, device: known.device };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
