/**
 * One sealed channel on the machine: a key for what goes out, a key of each attach for what comes in, and the counters. All of them begin anew
 * with each bridge, so nothing of an earlier life is used again, whatever was put back from a backup. A device that is unpinned gets no later key.
 */
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import * as v from 'valibot';
import type { ChannelPart } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { NotTyped } from '#contract/not-typed.ts';
import { type Sealed, SealedInput, type WrappedKeys } from '#contract/sealed.ts';
import { type Direction, keyBytes, vouchText } from '#contract/sealing.ts';
import { type SealKey, seal, sealKeyOf, unseal } from '../keys/sealed-bytes.ts';
import { type KeyRing, openKeyRing } from './key-ring.ts';
import type { Vouch } from './machine-key.ts';

const zip = promisify(gzip);

/** A device that attaches; its sealing key in base64url, and the nonce of the command that it has signed. */
export interface AttachingDevice {
  readonly fingerprint: string;
  readonly sealingKey: string;
  readonly nonce: string;
}

/** `device`: the fingerprint of the key that typed it; `counter`: the place among what came by its attach. */
export type Opened =
  | { readonly input: unknown; readonly device: string; readonly attach: string; readonly counter: number }
  | { readonly attach?: string; readonly why: NotTyped };

/** What goes out at once; the snapshot is gzip as base64. */
export type Outgoing = Pick<ChannelPart, 'entries' | 'snapshot'>;

export interface ChannelSeal extends AsyncDisposable {
  /** The same, sealed. The snapshot has the highest counter, because it stands for the entries too. */
  part(part: Outgoing): Promise<Outgoing>;
  /** Output that was asked for. */
  piece(content: object): Promise<Sealed>;
  /** Begins an attach: its keys, wrapped for the device. */
  attach(device: AttachingDevice): Promise<WrappedKeys>;
  /** The attaches by which something may be typed now. */
  readonly attaches: readonly string[];
  /** Opens inputs in their order, each once; undefined stands for one that was opened before. */
  open(inputs: readonly unknown[]): readonly (Opened | undefined)[];
  /** Removes the keys for good; nothing is sealed or opened afterwards. */
  remove(): Promise<void>;
}

export interface ChannelSealDeps {
  /** Fingerprints of the devices that are pinned now. */
  readonly pinned: () => readonly string[];
  /** This machine's own clock, in ms since 1970. */
  readonly now: () => number;
  readonly vouch: Vouch;
  readonly onTrouble: (error: unknown) => void;
}

/** One attach. */
interface Attach {
  /** Fingerprint of its device. */
  readonly device: string;
  readonly key: SealKey;
  /** Counter of the last input that was opened. */
  last: number;
}

/** The key that seals what goes out now. */
interface Outgoer {
  readonly key: SealKey;
  /** Fingerprints of the devices that have it. */
  readonly holders: Set<string>;
  /** The last counter. */
  last: number;
}

interface State {
  readonly deps: ChannelSealDeps;
  readonly channel: string;
  readonly ring: KeyRing;
  /** By its id, the oldest first. */
  readonly attaches: Map<string, Attach>;
  out: Outgoer | undefined;
}

/** What a device has sealed. */
const InputSealed = v.object({ input: v.unknown(), at: v.number() });

/** The file has the older keys of the channel. */
export function openChannelSeal(path: string, channel: string, deps: ChannelSealDeps): ChannelSeal {
  const ring = openKeyRing(path, deps.onTrouble);
  const state: State = { deps, channel, ring, attaches: new Map(), out: undefined };
  return {
    part: (part) => sealPart(state, part),
    piece: async (content) => sealNext(state, outgoer(state), 'piece', JSON.stringify(content)),
    attach: (device) => attach(state, device),
    get attaches() {
      return [...state.attaches.keys()];
    },
    open: (inputs) => {
      const pinned = deps.pinned();
      return inputs.map((input) => openOne(state, input, pinned));
    },
    remove: ring.remove,
    [Symbol.asyncDispose]: () => ring[Symbol.asyncDispose](),
  };
}

async function sealPart(state: State, { entries, snapshot }: Outgoing): Promise<Outgoing> {
  const out = outgoer(state);
  const sealed = entries.map((entry) => sealNext(state, out, 'out', JSON.stringify(entry)));
  if (snapshot === undefined) return { entries: sealed };
  const screen = sealNext(state, out, 'screen', Buffer.from(snapshot, 'base64'));
  return { entries: sealed, snapshot: (await zip(JSON.stringify(screen))).toString('base64') };
}

/** With the key that is in use; another one at the first use in this life, and where a device that has it is no longer pinned. */
function outgoer(state: State): Outgoer {
  const { deps, ring, out } = state;
  const pinned = deps.pinned();
  if (out !== undefined && [...out.holders].every((device) => pinned.includes(device))) return out;
  const raw = randomBytes(keyBytes);
  ring.add(raw);
  state.out = { key: sealKeyOf(raw), holders: new Set(), last: 0 };
  return state.out;
}

/** A counter is not below the clock: a machine that is put back to where it was, with its memory, is heard on. */
function sealNext({ channel, deps }: State, out: Outgoer, direction: Direction, content: Buffer | string): Sealed {
  out.last = Math.max(out.last + 1, deps.now());
  const { key, last: counter } = out;
  return { k: key.name, n: counter, c: seal(key, { channel, direction, counter }, content) };
}

async function attach(state: State, { fingerprint: device, sealingKey, nonce }: AttachingDevice): Promise<WrappedKeys> {
  const { attaches, channel, deps, ring } = state;
  const { wrapKeys } = await import('#contract/key-wrapping.ts');
  const id = randomBytes(12).toString('base64url');
  const key = randomBytes(keyBytes);
  outgoer(state).holders.add(device);
  const keys = { out: ring.keys().map((one) => Uint8Array.from(one)), in: Uint8Array.from(key) };
  const given = { channel, device, attach: id, nonce };
  const wrapped = await wrapKeys(sealingKey, keys, given);
  const vouched = await deps.vouch(vouchText({ ...given, ...wrapped }));
  attaches.set(id, { device, key: sealKeyOf(key), last: 0 });
  for (const old of [...attaches.keys()].slice(0, -limits.attachesPerChannelMax)) attaches.delete(old);
  return { device, attach: id, ...wrapped, ...vouched };
}

function openOne(state: State, given: unknown, pinned: readonly string[]): Opened | undefined {
  const parsed = v.safeParse(SealedInput, given);
  if (!parsed.success) return { why: 'plain' };
  const { a, n, c } = parsed.output;
  const known = state.attaches.get(a);
  if (known === undefined) return { attach: a, why: 'unknown' };
  if (!pinned.includes(known.device)) return { attach: a, why: 'unpinned' };
  // It was typed: a relay that repeats it must not make its device give up the attach, by which more may be on its way.
  if (n <= known.last) return undefined;
  // Its device is told that it was not typed, and attaches anew: what a relay has held back must not follow.
  const end = (why: NotTyped): Opened => {
    state.attaches.delete(a);
    return { attach: a, why };
  };
  // Each one after the one before: a line without some of its keys is another line.
  if (n !== known.last + 1) return end('order');
  const bytes = unseal(known.key, { channel: state.channel, direction: 'in', counter: n }, c);
  const content = v.safeParse(InputSealed, bytes === undefined ? undefined : parseJson(bytes));
  if (!content.success) return end('forged');
  const { input, at } = content.output;
  if (Math.abs(state.deps.now() - at) > limits.sealedInputAgeMsMax) return end('late');
  known.last = n;
  return { input, device: known.device, attach: a, counter: n };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
