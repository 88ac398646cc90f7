/** Follows the channel of a record by long-polls, which pass every network. After a failure of the network it goes on where it was. */
import { setTimeout as delay } from 'node:timers/promises';
import { feedOfChannel } from '#contract/feed-name.ts';
import { backoffMs } from '#contract/ladder.ts';
import { Problem } from '#contract/problems.ts';
import type { Client, Lane } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';

export type Heard =
  | { readonly is: 'entry'; readonly entry: unknown }
  /** Gzip. It stands for everything that came before. */
  | { readonly is: 'snapshot'; readonly bytes: Buffer }
  /** Some entries are missing here. */
  | { readonly is: 'lost' }
  /** There is no such channel now. */
  | { readonly is: 'gone' };

/** How long one call waits for entries, in seconds. */
const waitSeconds = 25;

/** What is heard of a channel from its start, until `signal` aborts. */
export async function* followChannel(
  client: Client,
  record: string,
  lane: Lane,
  signal: AbortSignal,
): AsyncGenerator<Heard> {
  const feed = feedOfChannel(record);
  let offset = '-1';
  let isBegun = false;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const body = { feeds: { [feed]: offset }, live: 'long-poll' as const, wait: waitSeconds };
      const page = await client.call('stream', { body, timeoutMs: (waitSeconds + 10) * 1000, lane, signal });
      failures = 0;
      if (page.gone !== undefined) yield { is: 'gone' };
      for (const snapshot of page.snapshots ?? []) yield await snapshotOf(client, record, snapshot);
      if (page.resets !== undefined) yield { is: 'lost' };
      for (const { entry, offset: at } of page.events) {
        // Who comes late begins with what is retained.
        if (!isBegun && !isFirst(at) && page.snapshots === undefined) yield { is: 'lost' };
        isBegun = true;
        yield { is: 'entry', entry };
      }
      offset = page.offsets[feed] ?? offset;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Interruption)) throw error;
      failures += 1;
      await delay(backoffMs(failures, error.retryAfterMs, Math.random()), undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Whether the entry before this offset is the first one of its channel. */
function isFirst(offset: string): boolean {
  return offset.endsWith('.1');
}

async function snapshotOf(
  client: Client,
  record: string,
  { rev, body }: { readonly rev: string; readonly body?: string | undefined },
): Promise<Heard> {
  if (body !== undefined) return { is: 'snapshot', bytes: Buffer.from(body, 'base64') };
  try {
    return { is: 'snapshot', bytes: await client.bytes('recordSnapshot', { record, rev }) };
  } catch (error) {
    // A newer one is on its way.
    if (error instanceof Problem && error.code === 'snapshot-gone') return { is: 'lost' };
    throw error;
  }
}
