/** Limits on how often: told in every answer, per key, and a refusal says how long to wait. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';

let world: TestApi;
before(async () => {
  world = await openApi(['--requests-per-minute', '20']);
});
after(async () => await world[Symbol.asyncDispose]());

const ask = (key: string | null, path = '/v1/me') => world.ask('GET', path, { key });

test('an answer tells the limit, what is left of it and until when (I6)', async () => {
  const { key } = await world.keyWith('read');
  const [one, two] = [await ask(key), await ask(key)];
  assert.equal(one.headers.get('ratelimit-policy'), '"requests";q=20;w=60');
  assert.match(one.headers.get('ratelimit') ?? '', /^"requests";r=19;t=\d+$/);
  assert.match(two.headers.get('ratelimit') ?? '', /^"requests";r=18;t=\d+$/);
});

test('one request too many gets 429 with Retry-After, and other keys are let through', async () => {
  const [busy, other] = [await world.keyWith('read'), await world.keyWith('read')];
  const statuses = [];
  for (let count = 0; count < 21; count++) statuses.push((await ask(busy.key)).status);
  assert.deepEqual([...new Set(statuses.slice(0, 20)), statuses[20]], [200, 429]);
  const refused = await ask(busy.key);
  assert.equal(refused.json.code, 'too-many-requests');
  const wait = Number(refused.headers.get('retry-after'));
  assert.ok(wait > 0 && wait <= 60, String(wait));
  assert.match(refused.headers.get('ratelimit') ?? '', /r=0/);
  assert.equal((await ask(other.key)).status, 200);
});

test('a held request is counted too, and a stream that is refused is told so in its answer', async () => {
  const { key } = await world.keyWith('read');
  for (let count = 0; count < 20; count++) await ask(key, '/v1/feeds/p/events?offset=now&live=long-poll&wait=0');
  const refused = await ask(key, '/v1/stream?live=sse');
  assert.deepEqual([refused.status, refused.json.retry], [429, 'later']);
});

test('without a key the address counts', async () => {
  const statuses = [];
  for (let count = 0; count < 25; count++) statuses.push((await ask(null, '/v1/sign-in-ways')).status);
  assert.equal(statuses.at(-1), 429);
  assert.equal((await ask(null, '/readyz')).status, 200, 'a probe is no request of anybody');
});

test('a stranger does not have the relay sign without end: hello is counted by network, with room for a thousand bridges', async () => {
  const most = limits.helloPerMinuteMax;
  const statuses = await pipelined(`/v1/hello?nonce=${'n'.repeat(43)}`, most + 10);
  assert.deepEqual([...new Set(statuses.slice(0, most))], ['200']);
  assert.deepEqual([...new Set(statuses.slice(most))], ['429']);
});

/** Statuses of so many requests over one connection, in their order. */
async function pipelined(path: string, count: number): Promise<string[]> {
  const { hostname, port, host } = new URL(world.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('latin1');
  const request = (connection: string) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n\r\n`;
  socket.end(request('keep-alive').repeat(count - 1) + request('close'));
  let text = '';
  for await (const piece of socket) text += piece;
  return [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status = '']) => status);
}
