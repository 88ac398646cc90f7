/** Channels of records, as people use them. They are followed as feeds (`stream.ts`). */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Rev } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { PersonCaller } from '../identity/caller.ts';
import { parseSchema } from '../middleware/schema.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The handlers of inputs and snapshots. */
export function channelHandlers({ relay: { channels } }: RouteDeps) {
  const inputs = new RateLimiterMemory({ points: limits.inputsPerSecondMax, duration: 1 });
  /** Throws `too-many-inputs`. */
  const count = async ({ organisation, person }: PersonCaller, number: number) => {
    const taken = await inputs.consume(`${organisation}/${person}`, number).catch((refused: unknown) => refused);
    if (!(taken instanceof RateLimiterRes)) throw taken;
    if (taken.consumedPoints <= limits.inputsPerSecondMax) return;
    throw new Problem('too-many-inputs', `${limits.inputsPerSecondMax} inputs a second are taken.`, {
      retryAfterSeconds: 1,
    });
  };
  return {
    recordInputs: async ({ caller, params, body }) => {
      await count(caller, body.inputs.length);
      return { json: await channels.send(caller, params.record, body) };
    },
    recordSnapshot: async ({ caller, params }) => {
      const rev = parseSchema(Rev, params.rev, 'parameter-invalid');
      return {
        bytes: await channels.snapshot(caller, params.record, rev),
        type: 'application/gzip',
        headers: {
          ETag: `"${rev}"`,
          'Cache-Control': 'private, max-age=31536000, immutable',
          'Content-Security-Policy': "sandbox; default-src 'none'",
        },
      };
    },
  } satisfies Partial<Handlers>;
}
