/**
 * `npm run bench:unread [streams]`: 2,000 streams of one person that are opened from the start of a long feed and never read, while files are
 * saved: the relay's memory, and how long its event loop is held up, beside itself with no stream at all.
 */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createAsk } from '../../test/kit/api.ts';
import { openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { openWorld } from '../../test/kit/world.ts';
import { residentBytes } from './process-use.ts';
import { percentile } from './statistics.ts';

const streams = Number(process.argv[2] ?? 2000);
/** Events in the feed, and what each comes to. */
const history = 1000;
const filler = 'x'.repeat(3000);
const savesMs = 12_000;

const monitored = `--import ${join(import.meta.dirname, '../../test/kit/loop-delay.mjs')}`;
await using world = await openWorld({
  kind: 'sqlite',
  env: {
    NODE_OPTIONS: monitored,
    SALLYPORT_STREAMS_PER_PERSON: String(streams),
    SALLYPORT_REQUESTS_PER_MINUTE: '10000000',
  },
});
const [relay] = world.relay.programs();
const pid = relay?.child.pid ?? 0;
const bridge = await openBridgeCalls({ ask: createAsk(world.url, world.key) });
let saved = 0;
const save = () => bridge.put(`specs/${saved++}-filler/README.md`, `${saved}`, { filler });
for (let n = 0; n < history; n++) await save();
await delay(3000);

const sockets: Socket[] = [];
const idle = await measure(async () => undefined);
const loaded = await measure(openAll);
for (const socket of sockets) socket.destroy();

console.log(`${streams} unread streams of one person, from the start of a feed of ${history} events, saves going on`);
print('none', idle);
print('all of them', loaded);
console.log(
  `  +${((loaded.highest - idle.highest) / 1e6).toFixed(0)} MB (aim: at most 100), ` +
    `${(loaded.delayMs / idle.delayMs).toFixed(1)} × the delay (aim: at most 2 ×)`,
);

/** Prepares, then saves for a while. */
async function measure(prepare: () => Promise<void>) {
  const from = relay?.lines.length ?? 0;
  let highest = residentBytes(pid);
  await prepare();
  for (const until = performance.now() + savesMs; performance.now() < until; await delay(100)) {
    await save();
    highest = Math.max(highest, residentBytes(pid));
  }
  const delays = (relay?.lines ?? [])
    .slice(from)
    .flatMap(({ event, ms }) => (event === 'loop-delay' ? [Number(ms)] : []));
  return { highest, delayMs: percentile(delays, 0.99) };
}

async function openAll(): Promise<void> {
  const { hostname, port } = new URL(world.url);
  const path = `/v1/feeds/m.${bridge.machine}/events?live=sse&offset=-1`;
  for (let n = 0; n < streams; n++) {
    if (n % 50 === 49) await delay(20);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).pause();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${world.key}\r\n\r\n`);
    sockets.push(socket);
  }
}

function print(title: string, { highest, delayMs }: { highest: number; delayMs: number }): void {
  console.log(
    `  ${title.padEnd(12)} ${(highest / 1e6).toFixed(0)} MB at the highest, loop held up ${delayMs} ms (p99 of 250 ms)`,
  );
}
