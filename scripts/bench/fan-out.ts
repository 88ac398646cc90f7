/**
 * `npm run bench:fan-out [streams] [messages]`: one event to 1,000 streams; the CPU that a server spends on each delivered message, beside a bare
 * Node stream (the floor), `ws` and `socket.io` in the same run. Clients saturate before servers do, so rates would say little.
 */
import { openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { calibrate } from './calibration.ts';
import { cpuMs } from './process-use.ts';
import { type BenchProgram, startBenchProgram } from './programs.ts';
import { type BenchKind, benchKinds, benchTitles, openBenchRelay } from './relays.ts';
import { percentile } from './statistics.ts';

const streams = Number(process.argv[2] ?? 1000);
const messages = Number(process.argv[3] ?? 100);
const everyMs = 100;
/** What an event of one changed spec comes to. */
const bytes = 600;
const streamsPerKey = 250;

/** CPU of the server in µs a delivered message. */
interface Result {
  readonly title: string;
  readonly cpuUs: number;
}

console.log(`one event to ${streams} streams, ${messages} times; ${await calibrate()}`);
const results: Result[] = [];
for (const peer of ['sse', 'ws', 'socket.io'] as const) results.push(await measurePeer(peer));
for (const kind of benchKinds) results.push(await measureRelay(kind));
report(results);

async function measurePeer(name: 'sse' | 'ws' | 'socket.io'): Promise<Result> {
  await using server = startBenchProgram('peers.ts', name);
  const { port } = await server.next<{ port: number }>();
  const path = name === 'socket.io' ? '/socket.io/?EIO=4&transport=websocket' : '/';
  await using readers = startBenchProgram('readers.ts', name, `http://127.0.0.1:${port}${path}`, String(streams), '@@');
  await readers.next();
  const before = cpuMs(server.pid);
  await server.ask({ publish: messages, everyMs, bytes });
  await arrived([readers], streams * messages);
  return { title: name === 'sse' ? 'bare Node, SSE (floor)' : name, cpuUs: perMessage(cpuMs(server.pid) - before) };
}

async function measureRelay(kind: BenchKind): Promise<Result> {
  await using relay = await openBenchRelay(kind);
  const bridge = await openBridgeCalls(relay);
  const keys = await relay.readKeys(Math.ceil(streams / streamsPerKey));
  const groups: BenchProgram[] = [];
  await using stack = new AsyncDisposableStack();
  for (const [index, key] of keys.entries()) {
    const url = `${relay.urls[index % relay.urls.length]}/v1/stream?live=sse&offset=now`;
    const count = Math.min(streamsPerKey, streams - index * streamsPerKey);
    groups.push(
      stack.use(
        startBenchProgram('readers.ts', 'sse', url, String(count), 'event: data\n', `Authorization: Bearer ${key}`),
      ),
    );
  }
  for (const group of groups) await group.next();
  await bridge.put('specs/first/README.md', 'first');
  await arrived(groups, streams);
  const before = relay.pids().map(cpuMs);
  for (let n = 0; n < messages; n++) {
    await bridge.put(`specs/${n}/README.md`, 'x'.repeat(bytes / 2));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await arrived(groups, streams * (messages + 1));
  const used = relay.pids().map((pid, index) => cpuMs(pid) - (before[index] ?? 0));
  return { title: `Sallyport, ${benchTitles[kind]}`, cpuUs: perMessage(used.reduce((sum, ms) => sum + ms, 0)) };
}

function perMessage(ms: number): number {
  return (ms * 1000) / (streams * messages);
}

/** Waits until the readers have counted so many messages together. */
async function arrived(groups: readonly BenchProgram[], wanted: number): Promise<void> {
  for (let look = 0; look < 300; look++) {
    const counts = await Promise.all(groups.map((group) => group.ask<{ messages: number }>({})));
    const sum = counts.reduce((total, { messages: count }) => total + count, 0);
    if (sum >= wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not all of ${wanted} messages have arrived`);
}

function report(all: readonly Result[]): void {
  const of = (title: string) => all.find((result) => result.title === title)?.cpuUs ?? Number.NaN;
  for (const { title, cpuUs } of all) {
    const ratios = `${(cpuUs / of('ws')).toFixed(2)} × ws · ${(cpuUs / of('socket.io')).toFixed(2)} × socket.io`;
    console.log(`  ${title.padEnd(34)}${cpuUs.toFixed(1).padStart(6)} µs CPU a message   ${ratios}`);
  }
  console.log(
    `  aim: below ws, at most 0.6 × socket.io (median of ours ${percentile(
      all.slice(3).map(({ cpuUs }) => cpuUs),
      0.5,
    ).toFixed(1)} µs)`,
  );
}
