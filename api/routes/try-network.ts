/** Answers a bridge that tries its network: what arrived of a body, a request that is held, events that must come at once, and how often a request has arrived. Nothing is stored. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Context } from '../middleware/context.ts';
import type { Relay } from '../relay/relay.ts';
import type { Call } from './call.ts';
import { openEvents } from './event-writer.ts';

/** Says what arrived: at once, after `wait` seconds, or with `live=sse` as events. Nothing holds a body while it waits: the handler throws `body-invalid`. */
export function createTryNetwork(relay: Pick<Relay, 'handle'>) {
  const arrivals = createArrivals();
  return async ({ caller, query, raw, signal, context }: Call<'bridgeTry'>): Promise<Reply> => {
    const { live, wait = 0, number } = query;
    if (raw.length > 0 && (live === 'sse' || wait > 0))
      throw new Problem('body-invalid', 'Send a body, or `wait` or `live`, but not both.');
    const arrived = number === undefined ? {} : { arrived: arrivals.count(caller.machine, number) };
    if (live === 'sse') return { taken: sendEvents(context, relay.handle, signal) };
    await pause(wait * 1000, signal);
    const rev = createHash('sha256').update(raw).digest('hex');
    return { json: { machine: caller.machine, bytes: raw.length, rev, ...arrived } };
  };
}

/** Counts the requests of each machine's latest number. What is older than a minute is forgotten. */
export function createArrivals(clock: () => number = performance.now.bind(performance)) {
  const latest = new Map<string, { readonly number: string; readonly count: number; readonly at: number }>();
  return {
    count: (machine: string, number: string): number => {
      for (const [known, { at }] of latest) {
        if (clock() - at < limits.tryNumberMs) break;
        latest.delete(known);
      }
      const before = latest.get(machine);
      const count = before?.number === number ? before.count + 1 : 1;
      // Put at the end, so that the first one is always the oldest.
      latest.delete(machine);
      latest.set(machine, { number, count, at: clock() });
      return count;
    },
    machines: () => latest.size,
  };
}

/** The beginning of a stream as readers get it, a while longer, and then the end. */
async function sendEvents(context: Context, handle: string, signal: AbortSignal): Promise<void> {
  using stream = openEvents(context, { handle });
  await pause(limits.streamSecondEventMs + limits.tryStreamOpenMs, signal);
  stream.res.end();
}

/** Waits, or until the reader has left or the relay stops. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}
