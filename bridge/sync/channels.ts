/** Sends what channels have to say, several in one request, as soon as the line is free: what comes meanwhile goes with the next one. */
import { createHash } from 'node:crypto';
import type { ChannelPart, ChannelStands } from '#contract/channel.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { type Contact, persist } from './persist.ts';
import { isStatus413 } from './upload-tuning.ts';
import type { Wakeup } from './wakeup.ts';

/** The source of what channels say. */
export interface ChannelSource {
  /** A new epoch has begun: of every channel it is not known where it stands. */
  connected(): void;
  /** What is ready to go now, of at most so many bytes; the same again until `stands` was called. */
  parts(bytesMax: number): Promise<readonly ChannelPart[]>;
  /** The relay's answer to these parts. */
  stands(items: readonly ChannelStands[]): void;
  /** Rings when something may be ready. */
  readonly ready: Wakeup;
}

export interface ChannelsDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly source: ChannelSource;
  readonly contact: Contact;
  /** Bytes of one request. */
  readonly bytesMax: number;
}

/** Sends until `signal` aborts. Throws LinkMoved. */
export async function runChannels(deps: ChannelsDeps, signal: AbortSignal): Promise<void> {
  const { client, epoch, source, contact, bytesMax } = deps;
  source.connected();
  while (!signal.aborted) {
    const parts = await source.parts(bytesMax);
    if (parts.length === 0) {
      await source.ready.next(signal);
      continue;
    }
    const bytes = bodyOf(epoch, parts);
    const send = async () =>
      await client.call('bridgeChannels', { bytes, lane: 'channels', signal }).then(
        ({ items }) => items,
        (error: unknown) => refusedFor(error, parts),
      );
    source.stands(await persist(send, { contact, signal, untilLost: true }));
  }
}

/** What was too large for the network is refused as a whole: it must not hold up the machine. Throws any other error. */
function refusedFor(error: unknown, parts: readonly ChannelPart[]): readonly ChannelStands[] {
  const isTooLarge = error instanceof Problem ? error.code === 'body-too-large' : isStatus413(error);
  if (!isTooLarge) throw error;
  return parts.map(({ channel }) => ({ channel, code: 'body-invalid' }));
}

function bodyOf(epoch: number, parts: readonly ChannelPart[]): Uint8Array {
  const line = JSON.stringify(parts);
  const digest = createHash('sha256').update(line).digest('hex');
  return Buffer.from(`${JSON.stringify({ epoch, digest })}\n${line}\n`);
}
