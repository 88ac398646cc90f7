/** A sealed channel in the app, whose keys are in the memory of this page alone. `device-seal.ts` says what is opened and sealed with them. */
import { openDeviceSeal, type SealedReader } from '#contract/device-seal.ts';
import type { AnswerOpened } from '#contract/known-machines.ts';
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import { pause } from '../stream/pause.ts';
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
  readonly attach: () => Promise<AnswerOpened>;
}

type Hear = (event: ChannelEvent) => void;

/** Attaches. Throws as `attach` does. */
export async function openSealed({ api, channels, record, attach }: SealedDeps): Promise<SealedChannels> {
  let dropped: (why: string) => void = () => {};
  const { keys, met } = await attach();
  const anew = async () => (await attach()).keys;
  const notTyped = (why: string) => dropped(why);
  const seal = openDeviceSeal({ channel: record, attach: anew, mayPass, pause, notTyped }, keys);
  /** The same reader follows again where the channel was not there. */
  const readers = new Map<Hear, Hear>();
  const readerOf = (hear: Hear, signal: AbortSignal) => {
    const reader = readers.get(hear) ?? inOrder(seal.reader(signal), hear, signal);
    readers.set(hear, reader);
    return reader;
  };
  return {
    ...channels,
    follow: (record, hear, signal) => channels.follow(record, readerOf(hear, signal), signal),
    inputs: (record, heard) => {
      dropped = heard.dropped;
      return createInputs(api, record, heard, seal);
    },
    openPiece: seal.piece,
    met,
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof Interruption || (error instanceof Refusal && error.code === 'machine-unavailable');
}

/** Events are opened one after another; none is heard once nobody follows. What does not open is as if it had not come. */
function inOrder(reader: SealedReader, hear: Hear, signal: AbortSignal): Hear {
  let last = Promise.resolve();
  return (event) => {
    const next = async () => {
      const opened = await openEvent(reader, event).catch((why: unknown) => ({ type: 'shut', why }) as const);
      if (opened !== undefined && !signal.aborted) hear(opened);
    };
    last = last.then(next).catch(console.error);
  };
}

async function openEvent(reader: SealedReader, event: ChannelEvent): Promise<ChannelEvent | undefined> {
  if (event.type === 'begin') reader.begin();
  if (event.type === 'snapshot') {
    const bytes = await reader.screen(parsed(event.text));
    return bytes && { type: 'snapshot', text: await inflate(bytes) };
  }
  if (event.type !== 'entry') return event;
  const entry = await reader.entry(event.entry);
  return entry === undefined ? undefined : { type: 'entry', entry };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
