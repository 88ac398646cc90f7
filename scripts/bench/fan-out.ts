/**
 * `npm run bench:fan-out [streams] [times]`: events to 1,000 streams, one at a time and ten in one delta; the CPU that a server spends on each delivered message, beside a bare
 * Node stream (the floor), `ws` and `socket.io` in the same run. Clients saturate before servers do, so rates would say little.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openBridgeCalls } from '../../test/kit/bridge-calls.ts';
import { calibrate } from './calibration.ts';
import { cpuMs } from './process-use.ts';
import { type BenchProgram, startBenchProgram } from './programs.ts';
import type { ReaderGroup } from './readers.ts';
import { type BenchKind, benchKinds, benchTitles, openBenchRelay } from './relays.ts';

const streams = Number(process.argv[2] ?? 1000);
const times = Number(process.argv[3] ?? 200);
const everyMs = 50;
/** Sent before anything is measured, so that every server runs compiled code. */
const warmUp = 100;
/** What an event of one changed spec comes to. */
const bytes = 600;
/** Programs of clients, each with a key of its own: one key may hold 500 requests. */
const groups = 4;

const floor = 'bare Node, SSE';

/** CPU of the server in µs a delivered message. */
interface Result {
  readonly title: string;
  readonly cpuUs: number;
}

for (const burst of [1, 10]) {
  console.log(`${burst} at a time to ${streams} streams, ${times} times; ${await calibrate()}`);
  const results: Result[] = [];
  for (const peer of ['sse', 'ws', 'socket.io'] as const) results.push(await measurePeer(peer, burst));
  for (const kind of benchKinds) results.push(await measureRelay(kind, burst));
  report(results);
}

async function measurePeer(name: 'sse' | 'ws' | 'socket.io', burst: number): Promise<Result> {
  await using server = startBenchProgram('peers.ts', name);
  const { port } = await server.next<{ port: number }>();
  const path = name === 'socket.io' ? '/socket.io/?EIO=4&transport=websocket' : '/';
  const url = `http://127.0.0.1:${port}${path}`;
  await using readers = await openReaders(name, '@@', (_) => ({ url, headers: [] }));
  await server.ask({ publish: warmUp, burst, everyMs, bytes });
  await readers.arrived(streams * warmUp * burst);
  const before = cpuMs(server.pid);
  await server.ask({ publish: times, burst, everyMs, bytes });
  await readers.arrived(streams * (warmUp + times) * burst);
  return {
    title: name === 'sse' ? floor : name,
    cpuUs: perMessage(cpuMs(server.pid) - before, burst),
  };
}

async function measureRelay(kind: BenchKind, burst: number): Promise<Result> {
  await using relay = await openBenchRelay(kind);
  const bridge = await openBridgeCalls(relay);
  const put = (n: number) =>
    bridge.putAll(
      Array.from({ length: burst }, (_, index) => ({
        path: `specs/${index}/README.md`,
        text: `${n}`,
        meta: { text: 'x'.repeat(bytes / 2) },
      })),
    );
  await put(-1);
  const keys = await relay.readKeys(groups);
  await using readers = await openReaders('sse', 'event: data\n', (index) => ({
    url: `${relay.urls[index % relay.urls.length]}/v1/stream?live=sse`,
    headers: [`Authorization: Bearer ${keys[index]}`],
  }));
  const publish = async (from: number, count: number) => {
    for (let n = from; n < from + count; n++) {
      await put(n);
      await delay(everyMs);
    }
    // One delta is one event, however many documents it has.
    await readers.arrived(streams * (from + count));
  };
  await publish(0, warmUp);
  const before = relay.pids().map(cpuMs);
  await publish(warmUp, times);
  const used = relay.pids().map((pid, index) => cpuMs(pid) - (before[index] ?? 0));
  return {
    title: `Sallyport, ${benchTitles[kind]}`,
    cpuUs: perMessage(
      used.reduce((sum, ms) => sum + ms, 0),
      burst,
    ),
  };
}

/** The same groups of clients for every server. */
async function openReaders(
  kind: ReaderGroup['kind'],
  mark: string,
  target: (index: number) => { readonly url: string; readonly headers: readonly string[] },
) {
  const programs: BenchProgram[] = [];
  for (let index = 0; index < groups; index++) {
    const { url, headers } = target(index);
    const program = startBenchProgram('readers.ts');
    programs.push(program);
    await program.ask({ kind, url, count: streams / groups, mark, headers } satisfies ReaderGroup);
  }
  return {
    /** Waits until they have counted so many messages together. */
    arrived: async (wanted: number) => {
      for (let look = 0; look < 300; look++) {
        const counts = await Promise.all(programs.map((program) => program.ask<{ messages: number }>({})));
        const sum = counts.reduce((total, { messages: count }) => total + count, 0);
        if (sum > wanted) throw new Error(`${sum} messages have arrived of ${wanted}`);
        if (sum === wanted) return;
        await delay(100);
      }
      throw new Error(`not all of ${wanted} messages have arrived`);
    },
    [Symbol.asyncDispose]: async () => {
      for (const program of programs) await program[Symbol.asyncDispose]();
    },
  };
}

function perMessage(ms: number, burst: number): number {
  return (ms * 1000) / (streams * times * burst);
}

function report(all: readonly Result[]): void {
  const of = (title: string) => all.find((result) => result.title === title)?.cpuUs ?? Number.NaN;
  for (const { title, cpuUs } of all) {
    const ratios = [floor, 'ws', 'socket.io'].map((peer) => `${(cpuUs / of(peer)).toFixed(2)} × ${peer}`);
    console.log(`  ${title.padEnd(34)}${cpuUs.toFixed(1).padStart(6)} µs CPU a message   ${ratios.join(' · ')}`);
  }
  console.log('  aim: one at a time at most 1.15 × the floor, the commit included');
}
