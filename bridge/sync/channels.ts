/** Sends what channels have to say, several in one request, as soon as the line is free: what comes meanwhile goes with the next one. */
import { createHash } from 'node:crypto';
import type { ChannelPart, ChannelStands } from '#contract/channel.ts';
import { Problem, type ProblemCode } from '#contract/problems.ts';
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
  const { source, bytesMax } = deps;
  source.connected();
  while (!signal.aborted) {
    const parts = await source.parts(bytesMax);
    if (parts.length === 0) {
      await source.ready.next(signal);
      continue;
    }
    source.stands(await tell(deps, parts, signal));
  }
}

/** What the relay says to these parts. Refused as a whole, each goes alone: one of them must not hold up the others, nor go again for ever. */
async function tell(
  deps: ChannelsDeps,
  parts: readonly ChannelPart[],
  signal: AbortSignal,
): Promise<readonly ChannelStands[]> {
  const { client, epoch, contact } = deps;
  const bytes = bodyOf(epoch, parts);
  const send = () =>
    client.call('bridgeChannels', { bytes, lane: 'channels', signal }).then(
      ({ items }) => items,
      (error: unknown) => (isRefusedWhole(error) ? undefined : Promise.reject(error)),
    );
  const items = await persist(send, { contact, signal, untilLost: true });
  if (items !== undefined) return items;
  if (parts.length === 1) return parts.map(({ channel }) => ({ channel, code: 'body-invalid' }));
  const all: ChannelStands[] = [];
  for (const part of parts) all.push(...(await tell(deps, [part], signal)));
  return all;
}

/** By the relay, or because it is too large for the network. */
function isRefusedWhole(error: unknown): boolean {
  return error instanceof Problem ? refusedWhole.has(error.code) : isStatus413(error);
}

const refusedWhole: ReadonlySet<string> = new Set<ProblemCode>(['body-too-large', 'body-invalid']);

function bodyOf(epoch: number, parts: readonly ChannelPart[]): Uint8Array {
  const line = JSON.stringify(parts);
  const digest = createHash('sha256').update(line).digest('hex');
  return Buffer.from(`${JSON.stringify({ epoch, digest })}\n${line}\n`);
}
