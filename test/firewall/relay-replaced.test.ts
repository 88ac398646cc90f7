/** Somebody on the same machine who binds the port of a relay that was stopped: over plain HTTP nothing but the relay's identity key tells them apart. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { openRelayIdentity } from '../../api/identity/relay-identity.ts';
import { openStore } from '../../api/store/open.ts';
import { eventually } from '../kit/eventually.ts';
import { needs } from '../kit/parts.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

/** Listens in the relay's place, answers `hello` with what it overheard, and everything else politely. */
async function openThief(port: number, hello: object) {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) keys.push(request.headers.authorization);
    const nonce = new URL(request.url ?? '/', 'http://x').searchParams.get('nonce') ?? '';
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...hello, nonce, p: 'sallyport/2' }));
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    keys,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('whoever binds the port of a stopped relay does not get the key of a machine, and the bridge goes on with the true one (B17)', async () => {
  await using world = await openWorld({ kind: 'sqlite' });
  const laptop = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  const hello = (await (await fetch(`${world.url}/v1/hello?nonce=overheard`)).json()) as object;
  await world.restartApi('SIGKILL', async () => {
    await using thief = await openThief(Number(new URL(world.url).port), hello);
    const isTold = ({ event, why }: Record<string, unknown>) => event === 'trouble' && /does not prove/.test(`${why}`);
    await laptop.bridge().line(isTold, 30_000);
    assert.deepEqual(thief.keys, []);
  });
  const status = async () => (await world.call<Machine>('GET', `/v1/machines/${laptop.id}`)).status;
  await eventually(async () => (await status()) === 'online', { timeoutMs: 30_000 });
});

test('a machine pins its relay at the first connection, and any process of that relay proves itself', {
  skip: needs('redis-server'),
}, async () => {
  await using world = await openWorld({ kind: 'two' });
  const laptop = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  const asked = await Promise.all(world.relay.urls.map((url) => fetch(`${url}/v1/hello?nonce=x`)));
  const shown = (await Promise.all(asked.map((answer) => answer.json()))) as { identity: { key: string } }[];
  const kept = await eventually(async () => {
    const text = await readFile(join(laptop.data, 'credentials.json'), 'utf8');
    return (JSON.parse(text) as { relayKey?: string }).relayKey;
  });
  assert.deepEqual(
    shown.map(({ identity }) => identity.key),
    [kept, kept],
  );
  // Each connection of another start is checked against the pin, at either process.
  await laptop.bridge().end();
  await laptop.startBridge();
});

test('the identity is made at the first start and is the same at the next, however many begin at once', async () => {
  await using folder = await openTemporaryFolder();
  const keysOf = async () => {
    await using store = await openStore(`sqlite:${join(folder.path, 'relay.sqlite')}`);
    return (await Promise.all([0, 1, 2].map(() => openRelayIdentity(store)))).map(({ key }) => key);
  };
  assert.equal(new Set([...(await keysOf()), ...(await keysOf())]).size, 1);
});
