/**
 * `npm run bench:herd [bridges]`: 500 bridges whose relay is restarted, once told to stop and once killed: the relay's CPU in the busiest second until
 * all poll again, beside its steady load with all of them polling. A bridge here is its polls, with the pauses that a real one makes.
 */
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../bridge/net/backoff.ts';
import { connectRequest } from '../../test/kit/bridge-calls.ts';
import { calibrate } from './calibration.ts';
import { cpuMs } from './process-use.ts';
import { openBenchRelay } from './relays.ts';

const bridges = Number(process.argv[2] ?? 500);
const steadyMs = 30_000;
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

console.log(`${bridges} bridges; ${await calibrate()}`);
await using relay = await openBenchRelay('sqlite');
const stop = new AbortController();
const polling = new Set<number>();
for (let n = 0; n < bridges; n++) {
  const made = await relay.ask<{ key: string }>('POST', '/v1/machines', { body: { name: `m${n}` } });
  const { key } = made.json;
  const connected = await relay.ask<{ epoch: number }>('POST', '/v1/bridge/connect', {
    key,
    body: connectRequest(`m${n}`),
  });
  void poll(n, key, connected.json.epoch);
}
await delay(5000);
const steady = await busiest(steadyMs);
console.log(`  steady: ${steady.mean.toFixed(1)} ms CPU a second, ${steady.most.toFixed(0)} ms in the busiest`);
for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  await relay.restart(signal, async () => polling.clear());
  const startedAt = performance.now();
  const seconds: number[] = [];
  while (polling.size < bridges && performance.now() - startedAt < 90_000) seconds.push((await busiest(1000)).most);
  const tookMs = performance.now() - startedAt;
  console.log(
    `  ${signal}: all poll again after ${(tookMs / 1000).toFixed(0)} s; ${Math.max(...seconds).toFixed(0)} ms CPU in the busiest second, ${(Math.max(...seconds) / steady.most).toFixed(1)} × the steady one`,
  );
}
console.log('  aim: at most 2 × the steady load');
stop.abort();
process.exit();

/** Polls for ever, as `bridge/sync/poll.ts` does. */
async function poll(n: number, key: string, epoch: number): Promise<void> {
  const body = JSON.stringify({ epoch, after: 0, holding: [], waitSeconds: 25 });
  for (let failures = 0; !stop.signal.aborted; ) {
    const sent = post('/v1/bridge/poll', key, body);
    const isHeld = await Promise.race([
      sent.then(
        () => true,
        () => false,
      ),
      delay(1000, true),
    ]);
    if (isHeld) polling.add(n);
    const answer = await sent.catch(() => undefined);
    if (answer === undefined) await delay(backoffMs(failures++));
    else {
      failures = 0;
      await delay((JSON.parse(answer) as { next: { delayMs: number } }).next.delayMs);
    }
  }
}

async function post(path: string, key: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const sent = request(new URL(path, relay.url), { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
      response.on('error', reject);
    });
    sent.on('error', reject).end(body);
  });
}

/** CPU of the relay in ms a second over a time: the mean, and the busiest second. */
async function busiest(ms: number): Promise<{ readonly mean: number; readonly most: number }> {
  const [pid = 0] = relay.pids();
  const seconds: number[] = [];
  for (let at = 0; at < ms; at += 1000) {
    const before = cpuMs(pid);
    await delay(1000);
    seconds.push(cpuMs(pid) - before);
  }
  return { mean: seconds.reduce((sum, each) => sum + each, 0) / seconds.length, most: Math.max(...seconds) };
}
