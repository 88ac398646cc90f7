/** The calls of a model's machine: each goes straight to the relay's core, unless its line breaks. */
import { setImmediate as turn } from 'node:timers/promises';
import type { IngestEnvelope } from '#contract/delta.ts';
import type { Relay } from '../../api/relay/relay.ts';
import { Interruption } from '../../bridge/net/interruption.ts';

export interface Given {
  readonly body?: never;
  readonly bytes?: Buffer;
  readonly signal?: AbortSignal;
}

export async function turnsOf(count: number): Promise<void> {
  for (let turns = 0; turns < count; turns++) await turn();
}

export const brokenOff = () => new Interruption('The weather is bad.', { breakage: 'cut' });

/** What the route of the relay does. */
export async function answerOf(
  { bridge }: Relay,
  machine: string,
  name: string,
  given: Given,
  signal: AbortSignal,
): Promise<unknown> {
  const { body, bytes = Buffer.alloc(0) } = given;
  const newline = bytes.indexOf('\n');
  switch (name) {
    case 'bridgeConnect':
      return await bridge.connect(machine, body as never);
    case 'bridgeManifest':
      return await bridge.manifest(machine, body as never);
    case 'bridgeIngest': {
      const envelope: IngestEnvelope = JSON.parse(bytes.subarray(0, newline).toString());
      return await bridge.ingest(machine, envelope, bytes.subarray(newline + 1));
    }
    case 'bridgePoll':
      return await bridge.poll(machine, body as never, signal);
    case 'bridgeResults':
      return await bridge.results(machine, body as never);
    case 'bridgeBye':
      return await bridge.bye(machine, body as never);
    default:
      throw new Error(`the model has no call ${name}`);
  }
}

export async function whileNotAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(brokenOff());
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
