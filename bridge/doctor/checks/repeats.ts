/** Whether the network delivers a POST once. Sallyport does each command once in any case; what other programs send through such a network may happen twice. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '#contract/problems.ts';
import { type Check, note, ok, skipped } from '../check.ts';

/** A gateway that stores requests repeats them a moment later. */
const pauseMs = 500;
const tries = 3;

export const repeats: Check = {
  name: 'repeats',
  title: 'Repeats',
  group: 'Relay',
  after: ['key'],
  measures: true,
  run: async ({ shared, connectMs, signal, origin }) => {
    const query = { number: randomBytes(12).toString('base64url') };
    const call = { bytes: Buffer.alloc(0), query, signal, timeoutMs: 2 * connectMs };
    let arrived = 0;
    try {
      for (let tried = 0; tried < tries; tried++) {
        if (tried > 0) await delay(pauseMs, undefined, { signal });
        arrived = (await shared.client().call('bridgeTry', call)).arrived ?? 0;
      }
    } catch (error) {
      return skipped(
        error instanceof Problem ? 'The relay is too old to be tried.' : 'A request did not come through.',
      );
    }
    if (arrived < tries) return skipped('Several relays answer at this address, and none of them got all requests.');
    if (arrived === tries) return ok('Each request arrives once.');
    return note(`Something on the way repeats requests: of ${tries}, ${arrived} arrived. Sallyport does each once.`, {
      says: 'Ask the people who run the gateway or proxy:',
      copy: `Please deliver each POST to ${origin?.origin} once.`,
    });
  },
};
