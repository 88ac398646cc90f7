/** A sealed channel in the command line: its keys, by a signed attach; what comes is opened, what is typed is sealed. */
import { hostname } from 'node:os';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import type { Input } from '#contract/channel.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import { commandKind, kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { refusedIn, sayNotTyped } from '#contract/not-typed.ts';
import { Problem } from '#contract/problems.ts';
import { Sealed, type SealedInput } from '#contract/sealed.ts';
import type { Direction, InputSealed } from '#contract/sealing.ts';
import type { OwnKey } from '../device-key.ts';
import type { Client } from '../net/client.ts';
import { seal, unseal } from '../sealed-bytes.ts';
import type { Heard } from './follow-channel.ts';
import { type AttachKeys, type NamedMachine, openKeys } from './known-machines.ts';
import { sendAndWait, whyNot } from './send-and-wait.ts';

export interface SealedChannel {
  /** What was heard, opened; undefined for what is not sealed by the machine, or was heard before. */
  open(heard: Heard): Promise<Heard | undefined>;
  /** An answer about a run. */
  openPiece(sealed: Sealed): unknown;
  /** Seals what is typed, in order; attaches anew first where the machine takes no more by this attach. */
  seal(inputs: readonly Input[]): Promise<readonly SealedInput[]>;
  /** Whether this is the id of an attach of this device, now or before. */
  isOwn(attach: unknown): boolean;
  /** Something that was sealed did not arrive: the machine takes no later one by this attach. */
  broken(): void;
}

/** Attaches: sends the signed command, and resolves to the keys. Throws a Problem. */
export type Attach = () => Promise<AttachKeys>;

interface State {
  readonly channel: string;
  readonly attach: Attach;
  attached: Attached;
  /** Ids of all attaches. */
  readonly own: Set<unknown>;
  /** The attach that is under way. */
  attaching: Promise<void> | undefined;
  /** What does not open is no reason to attach before then, in ms. */
  anewAt: number;
  /** Counter of the last entry or snapshot. */
  heard: number;
}

/** One attach. */
interface Attached {
  readonly keys: AttachKeys;
  /** Counter of the last input. */
  sent: number;
  /** The machine takes nothing more by it. */
  isBroken: boolean;
}

/** Opens a channel with the keys that an attach gave. */
export function openSealedChannel(channel: string, keys: AttachKeys, attach: Attach): SealedChannel {
  const attached = { keys, sent: 0, isBroken: false };
  const state: State = {
    channel,
    attach,
    attached,
    own: new Set([keys.attach]),
    attaching: undefined,
    anewAt: 0,
    heard: 0,
  };
  return {
    open: (heard) => openHeard(state, heard),
    openPiece: (sealed) => parsed(openOne(state, 'piece', sealed)),
    seal: (inputs) => sealAll(state, inputs),
    isOwn: (attach) => state.own.has(attach),
    broken: () => {
      state.attached.isBroken = true;
    },
  };
}

async function openHeard(state: State, heard: Heard): Promise<Heard | undefined> {
  if (heard.is !== 'entry' && heard.is !== 'snapshot') return heard;
  const told = heard.is === 'entry' ? heard.entry : parsed(inflated(heard.bytes));
  const sealed = v.safeParse(Sealed, told);
  if (!sealed.success) return undefined;
  const direction = heard.is === 'entry' ? 'out' : 'screen';
  const bytes = openOne(state, direction, sealed.output) ?? (await openAnew(state, direction, sealed.output));
  // What was heard before is a repetition of somebody who is not the machine.
  if (bytes === undefined || sealed.output.n <= state.heard) return undefined;
  state.heard = sealed.output.n;
  if (heard.is === 'snapshot') return { is: 'snapshot', bytes };
  const entry = parsed(bytes);
  if (refusedIn(entry)?.attach === state.attached.keys.attach) state.attached.isBroken = true;
  return { is: 'entry', entry };
}

/** A machine that has lost its keys seals with others: they are asked for, but not each time that somebody makes up an entry. */
async function openAnew(state: State, direction: Direction, sealed: Sealed): Promise<Buffer | undefined> {
  if (state.attaching === undefined) {
    if (performance.now() < state.anewAt) return undefined;
    state.anewAt = performance.now() + limits.attachAnewMs;
  }
  await attachAnew(state).catch(() => undefined);
  return openOne(state, direction, sealed);
}

function attachAnew(state: State): Promise<void> {
  const begin = async () => {
    const keys = await state.attach();
    // Its counters have begun anew.
    if (!Buffer.from(keys.out).equals(state.attached.keys.out)) state.heard = 0;
    state.own.add(keys.attach);
    state.attached = { keys, sent: 0, isBroken: false };
  };
  state.attaching ??= begin().finally(() => {
    state.attaching = undefined;
  });
  return state.attaching;
}

/** Words for something that was typed here, or would be, and that the machine did not type; undefined for anything else. */
export function notTypedIn(heard: Heard, sealed: SealedChannel | undefined): string | undefined {
  const refused = heard.is === 'entry' ? refusedIn(heard.entry) : undefined;
  if (refused === undefined) return undefined;
  const isOwn = refused.why === 'policy' || sealed?.isOwn(refused.attach) === true;
  return isOwn ? sayNotTyped(refused.why) : undefined;
}

function openOne({ channel, attached: { keys } }: State, direction: Direction, { n, c }: Sealed): Buffer | undefined {
  return unseal(keys.out, { channel, direction, counter: n }, c);
}

async function sealAll(state: State, inputs: readonly Input[]): Promise<readonly SealedInput[]> {
  if (state.attached.isBroken) await attachAnew(state);
  const { channel, attached } = state;
  return inputs.map((input) => {
    attached.sent += 1;
    const place = { channel, direction: 'in', counter: attached.sent } as const;
    const content: InputSealed = { input, at: Date.now() };
    return { a: attached.keys.attach, ...seal(attached.keys.in, place, JSON.stringify(content)) };
  });
}

function inflated(gzip: Buffer): Buffer | undefined {
  try {
    return gunzipSync(gzip, { maxOutputLength: limits.snapshotBytesMax });
  } catch {
    return undefined;
  }
}

function parsed(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Before a signed command whose kind seals: the relay lists this device's sealing key, where the machine looks for it. */
export async function registerSealingKey(client: Client, kind: CommandKindName, own: OwnKey): Promise<void> {
  if (!commandKind(kind)?.seals) return;
  const { publicKey, fingerprint } = own;
  const { sealingKey, proof } = await own.sealing();
  const { items } = await client.call('deviceKeys', {});
  const listed = items.find((one) => one.fingerprint === fingerprint);
  if (listed?.sealingKey === sealingKey) return;
  await client.call('deviceKeyAdd', {
    body: { name: listed?.name ?? `sallyport on ${hostname()}`, publicKey, sealingKey, proof },
  });
}

/** The attach of this command line to a terminal or run. */
export function attachOf(client: Client, machine: NamedMachine, terminal: string, own: OwnKey): Attach {
  return async () => {
    await registerSealingKey(client, 'terminal-attach', own);
    const wished = { kind: 'terminal-attach', args: { terminal } };
    const signature = own.sign({ machine: machine.id, ...wished, expiresAt: Date.now() + limits.commandExpiryMs });
    const record = await sendAndWait(client, machine.id, { ...wished, signature });
    const result = v.safeParse(kinds['terminal-attach'].result, record.result);
    if (!result.success) throw new Problem('command-failed', whyNot(record));
    if (result.output.key === undefined) throw new Problem('command-failed', 'The machine says that it is not sealed.');
    return await openKeys(own, machine, { channel: terminal, nonce: signature.nonce }, result.output.key);
  };
}
