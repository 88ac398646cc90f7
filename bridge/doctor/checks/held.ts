/** How long the network lets a request wait for its answer: commands come as answers to requests that are held. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { interruptionOf } from '../../net/interruption.ts';
import { type Check, fail, inNginx, note, ok, skipped } from '../check.ts';

export const held: Check = {
  name: 'held',
  title: 'Held requests',
  group: 'Relay',
  after: ['key'],
  measures: true,
  exitCode: 4,
  limitMs: ({ connectMs, holdMs }) => holdMs + 3 * connectMs + limits.holdGraceMs,
  run: async ({ shared, holdMs, connectMs, signal, origin }) => {
    const began = performance.now();
    try {
      const query = { wait: holdMs / 1000 };
      await shared
        .client()
        .call('bridgeTry', { bytes: Buffer.alloc(0), query, lane: 'poll', signal, timeoutMs: holdMs + connectMs });
      return ok(`One was held for ${Math.round(holdMs / 1000)} s.`);
    } catch (error) {
      if (error instanceof Problem)
        return skipped(error.code === 'route-unknown' ? 'The relay is too old to be tried.' : error.message);
      const { message, breakage } = interruptionOf(error, origin?.host ?? '');
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      const does =
        breakage === 'timeout' ? 'keeps the answer to a held request back, for more than' : 'cuts a held request after';
      const says = `The network ${does} ${seconds} s.`;
      const fix = inNginx(`proxy_read_timeout 75s;  # for ${origin?.host}`);
      if (seconds * 1000 >= limits.holdMsMin) return note(`${says} The bridge asks for shorter ones.`, fix);
      return fail(`${says} Commands reach this machine late. ${message}`, fix);
    }
  },
};
