/** Whether events arrive at once or are kept back by something on the way, as the app and the bridge's inbox would have them here. */
import type { IncomingMessage } from 'node:http';
import { limits } from '#contract/limits.ts';
import { pathOf } from '#contract/paths.ts';
import { type Check, inNginx, note, ok, skipped } from '../check.ts';
import { exchange } from '../exchange.ts';

const instead = 'The app, and the bridge for what people type, ask again and again instead, and work.';
const fix = inNginx('proxy_buffering off;');

export const events: Check = {
  name: 'events',
  title: 'Events',
  group: 'Relay',
  after: ['key'],
  measures: true,
  run: async (ground) => {
    try {
      const answer = await exchange(ground, {
        method: 'POST',
        path: pathOf('bridgeTry', {}, { live: 'sse' }),
        withKey: true,
      });
      if (answer.statusCode === 404) return skipped('The relay is too old to be tried.');
      if (answer.statusCode !== 200 || !answer.headers['content-type']?.startsWith('text/event-stream'))
        return note(`Something on the way answers in place of a stream of events. ${instead}`);
      const { firstMs, secondMs, endMs } = await arrivals(answer);
      if (firstMs === undefined) return note(`A stream of events is cut before the first one. ${instead}`, fix);
      const isLive = (at: number | undefined) => at !== undefined && endMs - at > limits.tryStreamOpenMs / 2;
      if (isLive(secondMs)) return ok('Live: they arrive at once.');
      if (isLive(firstMs))
        return note(`Held back: something on the way keeps the newest event until the next one comes. ${instead}`, fix);
    } catch {
      return note(`A stream of events is cut on the way. ${instead}`, fix);
    }
    return note(`Buffered: something on the way keeps them until the stream ends. ${instead}`, fix);
  },
};

/** When the first two events were there, and when the stream ended, in ms. */
async function arrivals(answer: IncomingMessage) {
  let text = '';
  const atMs: number[] = [];
  for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
    if (atMs.length < 2 && text.length < 64 * 1024) text += chunk;
    while (atMs.length < (text.match(/^data: .*\n\n/gm)?.length ?? 0)) atMs.push(performance.now());
  }
  const [firstMs, secondMs] = atMs;
  return { firstMs, secondMs, endMs: performance.now() };
}
