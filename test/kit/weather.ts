/** The networks of the field, by name: each is a gateway in front of the relay that treats requests as such networks do. Proxies that a bridge knows of are in `fault-proxy.ts`, and what stands before a browser in `middlebox.ts`. */
import { type Meddler, type Meddling, type Met, openMeddler, type Way } from './meddler.ts';

/** What a network does to the request, which is the `nth` (from 0) of its path. */
type Weather = (met: Met, nth: number) => Meddling;

const always =
  (way: Way): Weather =>
  () => ({ way });
const onPosts =
  (way: Way): Weather =>
  ({ method, path }) => {
    // A copy of a poll would hold the gateway and shows nothing.
    return method === 'POST' && !path.startsWith('/v1/bridge/poll') ? { way } : undefined;
  };
const html = { 'content-type': 'text/html' };

export const weathers = {
  clear: () => undefined,
  'latency of 300 ms': () => ({ afterMs: 300 }),
  'far and slow: 200 ms, 100 kB/s': always({ afterMs: 200, sliceBytes: 1000, sliceMs: 10 }),
  'narrow, in slices of 1 KiB': always({ sliceBytes: 1024, sliceMs: 10 }),
  'byte by byte': ({ body }) => (body.length > 4096 ? undefined : { way: { sliceBytes: 1 } }),
  'resets every third answer in its body': (_, nth) => (nth % 3 === 1 ? { way: { resetAfterBytes: 20 } } : undefined),
  'loses every second answer, after the relay has committed': ({ path }, nth) =>
    nth % 2 === 0 && !path.startsWith('/v1/bridge/poll') ? { way: { losesAnswer: true } } : undefined,
  'repeats every POST at once': onPosts({ copies: 1 }),
  'stores POSTs and repeats them later': onPosts({ copies: 2, copyAfterMs: 400 }),
  'stores POSTs and delivers them late': ({ path }) =>
    path.startsWith('/v1/bridge/poll') ? undefined : { afterMs: 700 },
  'answers every second request with 502': (_, nth) =>
    nth % 2 === 0 ? { status: 502, headers: html, answer: '<h1>Bad gateway</h1>' } : undefined,
  'a portal, until somebody signs in': (_, nth) =>
    nth < 2 ? { status: 200, headers: html, answer: '<h1>Welcome</h1>' } : undefined,
  'buffers every answer to its end': always({ holds: 'everything' }),
  'holds back one chunk': always({ holds: 'one chunk' }),
  'passes on full KiB only': always({ holds: 'below 1 KiB' }),
  'compresses every answer': always({ compresses: 'each chunk' }),
  'compresses every answer as a whole': always({ compresses: 'the whole' }),
  'cuts what is held for 1 s': () => ({ cutAfterMs: 1000 }),
  'cuts every answer after 3 s': () => ({ cutAfterMs: 3000 }),
  'strips unknown headers': always({ without: ['x-*', 'accept', 'user-agent', 'if-none-match', 'idempotency-key'] }),
  'strips ETag and unknown headers of answers': always({ answersWithout: ['etag', 'x-*', 'link', 'retry-after'] }),
  'stalls streams without Accept: text/event-stream': ({ headers, text }) =>
    text().includes('"live":"sse"') && !headers.accept?.includes('text/event-stream') ? { silent: true } : undefined,
  'takes 64 KiB at most': ({ body }) =>
    body.length > 66 * 1024 ? { status: 413, headers: html, answer: 'too large' } : undefined,
  'blocks all but GET and POST': ({ method }) =>
    method === 'GET' || method === 'POST' ? undefined : { status: 405, headers: html, answer: 'not allowed' },
} as const satisfies Record<string, Weather>;

export type WeatherName = keyof typeof weathers;

/** What a gateway with this weather does. */
export function weatherOf(name: WeatherName): (met: Met) => Meddling {
  const weather: Weather = weathers[name];
  const seen = new Map<string, number>();
  return (met) => {
    // The proof of a new connection is counted apart: in step with the look for a relay, one of the two would always meet the same.
    const path = met.path.replace(/=.*|\?(?!nonce).*/, '');
    const nth = seen.get(path) ?? 0;
    seen.set(path, nth + 1);
    return weather(met, nth);
  };
}

/** Starts a gateway with this weather in front of `target`. */
export async function openWeather(target: string, name: WeatherName): Promise<Meddler> {
  return await openMeddler(target, weatherOf(name));
}
