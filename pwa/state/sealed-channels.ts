/** A sealed channel in the app: what comes is opened, what is typed is sealed. Its keys are in the memory of this page alone. */
import { base64Of, bytesOf } from '#contract/base64.ts';
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
  /** Counter of the last entry. */
  heard: number;
}

interface State extends SealedDeps {
  keys: ChannelKeysHeld;
  /** Counter of the last input. */
  sent: number;
  /** The machine takes nothing more by this attach. */
  isBroken: boolean;
  /** Hears why something was not typed. */
  refused: (why: string) => void;
}

/** Attaches. Throws as `attach` does. */
export async function openSealed(deps: SealedDeps): Promise<SealedChannels> {
  const keys = await deps.attach();
  const state: State = { ...deps, keys, sent: 0, isBroken: false, refused: () => {} };
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
          state.isBroken = true;
        },
      };
      return createInputs(deps.api, record, heard, seal);
    },
    openPiece: async (sealed) => parsed(await openText(state, 'piece', sealed)),
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
  if (event.type === 'snapshot') {
    const sealed = sealedIn(parsed(event.text));
    const bytes = sealed && (await open(state, 'screen', sealed));
    if (sealed === undefined || bytes === undefined) return undefined;
    reading.heard = sealed.n;
    return { type: 'snapshot', text: await inflate(bytes) };
  }
  if (event.type !== 'entry') return event;
  const sealed = sealedIn(event.entry);
  if (sealed === undefined || sealed.n <= reading.heard) return undefined;
  const text = await openText(state, 'out', sealed);
  if (text === undefined) return undefined;
  reading.heard = sealed.n;
  const entry = parsed(text);
  hearRefusal(state, entry);
  return { type: 'entry', entry };
}

/** What the machine says of an input that it has not typed, where it was one of this attach. */
function hearRefusal(state: State, entry: unknown): void {
  const { attach, why } = Object((Object(entry) as { refused?: unknown }).refused) as {
    attach?: unknown;
    why?: unknown;
  };
  if (attach !== state.keys.attach) return;
  state.isBroken = true;
  state.refused(reasons[String(why)] ?? 'Not typed. Type it again.');
}

const reasons: Readonly<Record<string, string>> = {
  late: 'Not typed: it took more than a minute, or the clocks of this device and the machine differ by more.',
  unpinned: 'Not typed: this device is no longer pinned on the machine.',
  order: 'Not typed: something that was typed before did not arrive. Type it again.',
};

async function sealAll(state: State, inputs: readonly unknown[]): Promise<SealedInput[]> {
  if (state.isBroken) Object.assign(state, { keys: await state.attach(), sent: 0, isBroken: false });
  const { keys, record } = state;
  const sealed: SealedInput[] = [];
  for (const input of inputs) {
    state.sent += 1;
    const content: InputSealed = { input, at: Date.now() };
    const bytes = new TextEncoder().encode(JSON.stringify(content));
    const ciphertext = await crypto.subtle.encrypt(placeOf(record, 'in', state.sent), keys.in, bytes);
    sealed.push({ a: keys.attach, n: state.sent, c: base64Of(new Uint8Array(ciphertext)) });
  }
  return sealed;
}

async function open({ keys, record }: State, direction: Direction, { n, c }: Sealed) {
  const content = crypto.subtle.decrypt(placeOf(record, direction, n), keys.out, bytesOf(c));
  return await content.then((bytes) => new Uint8Array(bytes)).catch(() => undefined);
}

async function openText(state: State, direction: Direction, sealed: Sealed): Promise<string | undefined> {
  const bytes = await open(state, direction, sealed);
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
