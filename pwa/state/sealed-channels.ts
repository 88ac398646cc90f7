/** A sealed channel in the app: what comes is opened, what is typed is sealed. Its keys are in the memory of this page alone. */
import { base64Of, bytesOf } from '#contract/base64.ts';
import { limits } from '#contract/limits.ts';
import { refusedIn, sayNotTyped } from '#contract/not-typed.ts';
import type { Sealed, SealedInput } from '#contract/sealed.ts';
import { type Direction, type InputSealed, nonceOf, placeText } from '#contract/sealing.ts';
import type { Api } from '../api.ts';
import type { ChannelKeysHeld } from './attaching.ts';
import { createInputs } from './channel-inputs.ts';
import { inflate } from './channel-snapshot.ts';
import type { ChannelEvent } from './channel-told.ts';
import type { OpenChannels, SealedChannels } from './open-channels.ts';

export interface SealedDeps {
  readonly api: Pick<Api, 'call'>;
  readonly channels: OpenChannels;
  /** Id of the record. */
  readonly record: string;
  /** Begins an attach. */
  readonly attach: () => Promise<ChannelKeysHeld>;
}

type Hear = (event: ChannelEvent) => void;

interface Reading {
  /** Counter of the last entry or snapshot. */
  heard: number;
  /** That one, and the attach whose keys opened it. */
  last?: { readonly direction: Direction; readonly sealed: Sealed; readonly by: Attached };
}

/** One attach. */
interface Attached {
  readonly keys: ChannelKeysHeld;
  /** Counter of the last input. */
  sent: number;
  /** The machine takes nothing more by it. */
  isBroken: boolean;
}

interface State extends SealedDeps {
  attached: Attached;
  /** Ids of all attaches. */
  readonly own: Set<unknown>;
  /** The attach that is under way. */
  attaching: Promise<void> | undefined;
  /** What does not open is no reason to attach before then, in ms. */
  anewAt: number;
  /** Hears why something was not typed. */
  refused: (why: string) => void;
}

/** Attaches. Throws as `attach` does. */
export async function openSealed(deps: SealedDeps): Promise<SealedChannels> {
  const attached = { keys: await deps.attach(), sent: 0, isBroken: false };
  const state: State = {
    ...deps,
    attached,
    own: new Set([attached.keys.attach]),
    attaching: undefined,
    anewAt: 0,
    refused: () => {},
  };
  /** The same reader follows again where the channel was not there. */
  const readers = new Map<Hear, Hear>();
  const readerOf = (hear: Hear) => {
    const reader = readers.get(hear) ?? inOrder(state, hear);
    readers.set(hear, reader);
    return reader;
  };
  return {
    ...deps.channels,
    follow: (record, hear, signal) => deps.channels.follow(record, readerOf(hear), signal),
    inputs: (record, heard) => {
      state.refused = heard.dropped;
      const seal = {
        seal: (inputs: readonly unknown[]) => sealAll(state, inputs),
        broken: () => {
          state.attached.isBroken = true;
        },
      };
      return createInputs(deps.api, record, heard, seal);
    },
    openPiece: async (sealed) => parsed(textOf(await openOrAnew(state, 'piece', sealed))),
  };
}

/** Events are opened one after another. What the machine has not sealed, or what was heard before, is as if it had not come. */
function inOrder(state: State, hear: Hear): Hear {
  let last = Promise.resolve();
  const reading: Reading = { heard: 0 };
  return (event) => {
    last = last.then(async () => {
      const opened = await openEvent(state, reading, event).catch(() => undefined);
      if (opened !== undefined) hear(opened);
    });
  };
}

async function openEvent(state: State, reading: Reading, event: ChannelEvent): Promise<ChannelEvent | undefined> {
  // It is told from the start.
  if (event.type === 'begin') reading.heard = 0;
  if (event.type !== 'entry' && event.type !== 'snapshot') return event;
  const direction = event.type === 'entry' ? 'out' : 'screen';
  const sealed = sealedIn(event.type === 'entry' ? event.entry : parsed(event.text));
  const bytes = sealed && (await openOrAnew(state, direction, sealed));
  if (sealed === undefined || bytes === undefined) return undefined;
  if (await hasOtherKey(state, reading)) reading.heard = 0;
  if (sealed.n <= reading.heard) return undefined;
  Object.assign(reading, { heard: sealed.n, last: { direction, sealed, by: state.attached } });
  if (event.type === 'snapshot') return { type: 'snapshot', text: await inflate(bytes) };
  const entry = parsed(textOf(bytes));
  hearRefusal(state, entry);
  return { type: 'entry', entry };
}

/** A machine that has lost its keys has begun to count anew. Keys cannot be compared: what one has opened, the other does not open. */
async function hasOtherKey(state: State, { last }: Reading): Promise<boolean> {
  if (last === undefined || last.by === state.attached) return false;
  return (await open(state, last.direction, last.sealed)) === undefined;
}

/** A machine that has lost its keys seals with others: they are asked for, but not each time that somebody makes up an entry. */
async function openOrAnew(state: State, direction: Direction, sealed: Sealed) {
  const opened = await open(state, direction, sealed);
  if (opened !== undefined) return opened;
  if (state.attaching === undefined) {
    if (performance.now() < state.anewAt) return undefined;
    state.anewAt = performance.now() + limits.attachAnewMs;
  }
  await attachAnew(state).catch(() => undefined);
  return await open(state, direction, sealed);
}

function attachAnew(state: State): Promise<void> {
  const begin = async () => {
    const keys = await state.attach();
    state.own.add(keys.attach);
    state.attached = { keys, sent: 0, isBroken: false };
  };
  state.attaching ??= begin().finally(() => {
    state.attaching = undefined;
  });
  return state.attaching;
}

/** What the machine says of an input that it has not typed, where it was one of this device. */
function hearRefusal({ attached, own, refused }: State, entry: unknown): void {
  const found = refusedIn(entry);
  if (found === undefined || !own.has(found.attach)) return;
  if (found.attach === attached.keys.attach) attached.isBroken = true;
  refused(sayNotTyped(found.why));
}

async function sealAll(state: State, inputs: readonly unknown[]): Promise<SealedInput[]> {
  if (state.attached.isBroken) await attachAnew(state);
  const { attached, record } = state;
  const sealed: SealedInput[] = [];
  for (const input of inputs) {
    attached.sent += 1;
    const n = attached.sent;
    const content: InputSealed = { input, at: Date.now() };
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    const ciphertext = await crypto.subtle.encrypt(placeOf(record, 'in', n), attached.keys.in, bytes);
    sealed.push({ a: attached.keys.attach, n, c: base64Of(new Uint8Array(ciphertext)) });
  }
  return sealed;
}

async function open({ attached, record }: State, direction: Direction, { n, c }: Sealed) {
  const content = crypto.subtle.decrypt(placeOf(record, direction, n), attached.keys.out, bytesOf(c));
  return await content.then((bytes) => new Uint8Array(bytes)).catch(() => undefined);
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

function placeOf(channel: string, direction: Direction, counter: number): AesGcmParams {
  const additionalData = new TextEncoder().encode(placeText(channel, direction, counter));
  return { name: 'AES-GCM', iv: nonceOf(direction, counter), additionalData };
}

function sealedIn(told: unknown): Sealed | undefined {
  const { n, c } = Object(told) as { readonly n?: unknown; readonly c?: unknown };
  return Number.isSafeInteger(n) && Number(n) > 0 && typeof c === 'string' ? { n: Number(n), c } : undefined;
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
