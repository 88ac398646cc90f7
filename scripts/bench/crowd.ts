/**
 * Machines by the thousand in one process: each has connected and holds a poll, and asks again when it is answered.
 * `node crowd.ts URL`, then one line on stdin: their keys; it answers with how many polls are held once all are.
 */
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { connectRequest } from '../../test/kit/bridge-calls.ts';

const url = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });
const holdSeconds = 25;

async function call<Answer>(path: string, key: string, body: object): Promise<Answer> {
  const text = JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request(new URL(path, url), { method: 'POST', agent, headers }, async (response) => {
    let answer = '';
    for await (const chunk of response.setEncoding('utf8')) answer += chunk;
    if (response.statusCode === 200) resolve(JSON.parse(answer));
    else reject(new Error(answer));
  });
  sent.on('error', reject);
  sent.end(text);
  return await promise;
}

/** Holds one poll after the other, until the process ends; they do not all come at once. */
async function hold(key: string, epoch: number): Promise<never> {
  let waitSeconds = 1 + holdSeconds * Math.random();
  for (;;) {
    await call('/v1/bridge/poll', key, { epoch, after: 0, holding: [], waitSeconds: Math.max(5, waitSeconds) });
    waitSeconds = holdSeconds;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const keys: string[] = JSON.parse(line).keys;
  for (const [n, key] of keys.entries()) {
    const { epoch } = await call<{ epoch: number }>('/v1/bridge/connect', key, connectRequest(`machine-${n}`));
    hold(key, epoch).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  }
  await delay(2000);
  console.log(JSON.stringify({ held: keys.length }));
}
