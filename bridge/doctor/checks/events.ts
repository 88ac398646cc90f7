/** Whether events arrive at once or are kept back by something on the way, as the app would have them here. */
import type { IncomingMessage } from 'node:http';
import { limits } from '#contract/limits.ts';
import { pathOf } from '#contract/paths.ts';
import { type Check, note, ok, skipped } from '../check.ts';
import { exchange } from '../exchange.ts';

const copy = 'proxy_buffering off;  # in nginx before the relay';

export const events: Check = {
  name: 'events',
  title: 'Events',
  group: 'Relay',
  after: ['key'],
  run: async (ground) => {
    try {
      const answer = await exchange(ground, {
        method: 'POST',
        path: pathOf('bridgeTry', {}, { live: 'sse' }),
        withKey: true,
      });
      if (answer.statusCode === 404) return skipped('The relay is too old to be tried.');
      if (answer.statusCode !== 200 || !answer.headers['content-type']?.startsWith('text/event-stream'))
        return note(
          'Something on the way answers in place of a stream of events. The app asks every few seconds instead.',
        );
      const { firstMs, endMs } = await arrivals(answer);
      if (firstMs === undefined)
        return note('A stream of events is cut before the first one. The app asks every few seconds instead.', {
          copy,
        });
      const isLive = endMs - firstMs > limits.tryStreamOpenMs / 2;
      if (isLive) return ok('Live: they arrive at once.');
    } catch {
      return note('A stream of events is cut on the way. The app asks every few seconds instead.', { copy });
    }
    return note('Buffered: something on the way keeps them until the stream ends. The app polls instead, and works.', {
      copy,
    });
  },
};

/** When the first event was there, and when the stream ended, in ms. */
async function arrivals(
  answer: IncomingMessage,
): Promise<{ readonly firstMs: number | undefined; readonly endMs: number }> {
  let text = '';
  let firstMs: number | undefined;
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    if (firstMs === undefined && text.length < 64 * 1024) text += chunk;
    if (firstMs === undefined && /^data: .*\n\n/m.test(text)) firstMs = performance.now();
  }
  return { firstMs, endMs: performance.now() };
}
