/** How a bridge waits for a relay that cannot be reached. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { createKnock } from '../../bridge/net/knock.ts';
import { createOutage } from '../../bridge/sync/outage.ts';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { openFaultProxy } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { openNginx } from '../kit/gateways.ts';
import { openMeddler } from '../kit/meddler.ts';
import { needs } from '../kit/parts.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const never = new AbortController().signal;
const noCall = () => assert.fail('it was asked');
const away = new Interruption('Nothing listens.', { breakage: 'away' });

test('a relay that comes back after a long time meets its bridge within a look, whatever the backoff has grown to', async () => {
  const port = await freePort();
  const outage = createOutage({ knock: createKnock(new URL(`http://127.0.0.1:${port}`)), call: noCall });
  const next = outage.next(away, 20);
  assert.deepEqual(next, { ms: limits.lookEveryMs, looks: true, isCut: false });
  // Three loops of one link wait; the port is looked at once for all.
  const waiting = Promise.all([0, 1, 2].map(() => outage.wait(next, never)));
  let looks = 0;
  const server = createServer(() => looks++).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const began = performance.now();
  await waiting;
  assert.ok(performance.now() - began < 1.5 * limits.lookEveryMs);
  assert.equal(looks, 1);
  server.close();
});

test('behind nginx too, and the relay alone is asked for meanwhile', { skip: needs('nginx') }, async () => {
  const port = await freePort();
  await using nginx = await openNginx(`http://127.0.0.1:${port}`);
  await using client = createClient({ origin: new URL(nginx.url) });
  const outage = createOutage(client);
  const failed: Interruption = await client.call('hello').then(
    () => assert.fail('nothing is there'),
    (error) => error,
  );
  assert.equal(failed.status, 502);
  assert.equal(outage.next(failed, 0).looks, false, 'once is no outage');
  const next = outage.next(failed, 20);
  assert.deepEqual(next, { ms: limits.lookEveryMs, looks: true, isCut: false });
  let isBack = false;
  const waiting = Promise.all([0, 1, 2].map(() => outage.wait(next, never))).then(() => (isBack = true));
  // One look finds nothing.
  await delay(1.3 * limits.lookEveryMs);
  assert.equal(isBack, false);
  await using _relay = await openApi(['--port', String(port)]);
  const began = performance.now();
  await waiting;
  assert.ok(performance.now() - began < 1.5 * limits.lookEveryMs + limits.knockMs);
});

/** What a port in front of a relay does that is away: Docker's proxy, a balancer of TCP. It accepts, and closes. */
const cut = new Interruption('Closed.', { breakage: 'cut' });

test('behind a port that accepts and closes, too: the bridge is back within a look after its relay', async () => {
  const port = await freePort();
  await using gateway = await openMeddler(`http://127.0.0.1:${port}`);
  await using client = createClient({ origin: new URL(gateway.url) });
  const outage = createOutage(client);
  assert.equal(outage.next(cut, 0).isCut, false, 'once is no outage');
  const next = { ...outage.next(cut, 20), ms: 60_000 };
  assert.equal(next.isCut, true);
  let isBack = false;
  const waiting = Promise.all([0, 1, 2].map(() => outage.wait(next, never))).then(() => (isBack = true));
  await delay(1.3 * limits.lookEveryMs);
  assert.equal(isBack, false, 'one look finds nothing');
  await using _relay = await openApi(['--port', String(port)]);
  const began = performance.now();
  await waiting;
  assert.ok(performance.now() - began < 1.5 * limits.lookEveryMs + limits.knockMs);
});

test('a relay that was there all the time, and one call is cut: the bridge backs off, and asks once', async () => {
  await using relay = await openApi();
  await using gateway = await openMeddler(relay.url);
  await using client = createClient({ origin: new URL(gateway.url) });
  const outage = createOutage(client);
  const began = performance.now();
  await outage.wait({ ...outage.next(cut, 20), ms: 3 * limits.lookEveryMs }, never);
  // A timer may come a part of a millisecond early.
  assert.ok(performance.now() - began >= 3 * limits.lookEveryMs - 2);
  assert.equal(gateway.met.length, 1);
});

test('where the network cuts every second call, none waits for longer than 10 s, until five minutes have passed', () => {
  const outage = createOutage({ knock: undefined, call: noCall });
  const longest = () => Math.max(...Array.from({ length: 200 }, () => outage.next(cut, 20).ms));
  assert.equal(longest(), limits.cutBackoffMsMax);
  const now = performance.now();
  const real = performance.now;
  performance.now = () => now + limits.lookForRelayMs;
  try {
    assert.ok(longest() > limits.cutBackoffMsMax);
  } finally {
    performance.now = real;
  }
});

test('what answers, and is not the relay, is not looked at but backed off from', async () => {
  const outage = createOutage({ knock: () => assert.fail('it was looked at'), call: noCall });
  for (const breakage of ['refused', 'answered', 'timeout', 'cut'] as const)
    assert.equal(outage.next(new Interruption('', { breakage }), 20).looks, false, breakage);
});

test('after five minutes of looking the bridge backs off', async () => {
  const outage = createOutage({ knock: async () => false, call: noCall });
  outage.next(away, 0);
  const now = performance.now();
  const real = performance.now;
  performance.now = () => now + limits.lookForRelayMs;
  try {
    assert.equal(outage.next(away, 20).looks, false);
    outage.over();
    assert.equal(outage.next(away, 0).looks, true, 'the next outage is another');
  } finally {
    performance.now = real;
  }
});

test('through a proxy nobody looks: the proxy would answer for itself', async () => {
  await using proxy = await openFaultProxy('none');
  await using client = createClient({ origin: new URL('http://relay.example'), proxy: proxy.proxy });
  assert.equal(client.knock, undefined);
  assert.equal(createOutage(client).next(away, 0).looks, false);
});

test('a bridge that is stopped meanwhile waits no longer', async () => {
  const outage = createOutage({ knock: async () => false, call: noCall });
  const stop = new AbortController();
  const waiting = outage.wait(outage.next(away, 0), stop.signal);
  stop.abort(new Error('stopped'));
  await assert.rejects(waiting, /stopped/);
});

test('after a relay was away for a while the bridge says that it is live within seconds, not after a hold', async () => {
  await using world = await openWorld({ kind: 'sqlite' });
  const laptop = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  const { lines, line } = laptop.bridge();
  const trouble = ({ event, why }: Record<string, unknown>) => event === 'trouble' && /Nothing listens/.test(`${why}`);
  await world.restartApi('SIGKILL', async () => void (await line(trouble)));
  const state = () => lines.filter(({ event }) => event === 'state').at(-1)?.state;
  await eventually(() => state() === 'live', { timeoutMs: 8000 });
});
