/**
 * Bridges by the hundred in one process: each has registered, connected, put its documents, and polls as a real one does.
 * `node fleet-bridges.ts`, then lines on stdin: `{url, key, count, documents}` adds bridges with a key of their organisation, `{save: n}`
 * puts n changed documents one after another, `{again: true}` counts anew, and `{}` says how many bridges have had a poll held since.
 */
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../../bridge/net/backoff.ts';
import { createAsk } from '../../test/kit/api.ts';
import { type BridgeCalls, openBridgeCalls } from '../../test/kit/bridge-calls.ts';

interface Line {
  readonly url?: string;
  readonly key?: string;
  readonly count?: number;
  readonly documents?: number;
  readonly save?: number;
  readonly again?: boolean;
}

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const bridges: BridgeCalls[] = [];
const polling = new Set<BridgeCalls>();
const HELD_AFTER_MS = 1000;
const OPENED_AT_ONCE = 8;
const textOf = (name: string) => `# ${name}\n\n${'A sentence of a spec that somebody wrote. '.repeat(20)}\n`;

async function open(url: string, key: string, count: number, documents: number): Promise<void> {
  const ask = createAsk(url, key);
  const paths = Array.from({ length: documents }, (_, at) => `specs/${100 + at}-spec/README.md`);
  const files = paths.map((path) => ({ path, text: textOf(path) }));
  let left = count;
  const openSome = async () => {
    while (left > 0) {
      left -= 1;
      const bridge = await openBridgeCalls({ ask }, `fleet-${bridges.length}-${left}`);
      await bridge.putAll(files);
      bridges.push(bridge);
      void pollOn(url, bridge);
    }
  };
  await Promise.all(Array.from({ length: OPENED_AT_ONCE }, openSome));
}

/** Polls until the process ends, with the pauses of `bridge/sync/poll.ts`. */
async function pollOn(url: string, bridge: BridgeCalls): Promise<never> {
  const body = JSON.stringify({ epoch: bridge.epoch, after: 0, holding: [], waitSeconds: 25 });
  for (let failures = 0; ; ) {
    const sent = post(`${url}/v1/bridge/poll`, bridge.key, body);
    const held = setTimeout(() => polling.add(bridge), HELD_AFTER_MS);
    const answer = await sent.catch(() => undefined);
    clearTimeout(held);
    if (answer === undefined) {
      await delay(backoffMs(failures++));
    } else {
      failures = 0;
      await delay((JSON.parse(answer) as { next: { delayMs: number } }).next.delayMs);
    }
  }
}

async function post(url: string, key: string, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const sent = request(url, { method: 'POST', agent, headers }, async (response) => {
    let text = '';
    try {
      for await (const part of response.setEncoding('utf8')) text += part;
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(text));
    } catch (error) {
      reject(error);
    }
  });
  sent.on('error', reject).end(body);
  return await promise;
}

async function save(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const bridge = bridges[Math.floor((n * bridges.length) / count)];
    await bridge?.put('specs/100-spec/README.md', textOf(`${bridge.machine} saved ${n}`));
  }
}

for await (const text of createInterface({ input: process.stdin })) {
  const { url, key, count, documents, save: saves, again } = JSON.parse(text) as Line;
  if (url !== undefined && key !== undefined) await open(url, key, count ?? 0, documents ?? 0);
  if (saves !== undefined) await save(saves);
  if (again) polling.clear();
  console.log(JSON.stringify({ held: polling.size }));
}
