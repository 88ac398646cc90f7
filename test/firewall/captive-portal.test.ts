/** A network that answers in the relay's place: a sign-in page, a redirect, a filter. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddling, openMeddler } from '../kit/meddler.ts';

const html = { 'content-type': 'text/html' };

for (const [title, meddling, sentence] of [
  [
    'an HTML page with 200',
    { status: 200, headers: html, answer: '<h1>Welcome</h1>' },
    /answered 200 with text\/html in the relay's place/,
  ],
  [
    'JSON with 200 that is not the relay’s',
    { status: 200, headers: { 'content-type': 'application/json' }, answer: '{"ok":true}' },
    /answered 200 with application\/json in the relay's place/,
  ],
  [
    'a redirect to a sign-in page',
    { status: 302, headers: { location: 'http://portal.example/login?for=x' } },
    /redirects to http:\/\/portal\.example; it was not followed/,
  ],
  ['511', { status: 511, headers: html, answer: 'sign in' }, /wants a sign-in first \(511\)/],
  [
    'a gateway without its relay',
    { status: 502, headers: html, answer: 'Bad gateway' },
    /A gateway before .* answered 502: the relay may be restarting/,
  ],
  [
    'a refusal that is not the relay’s',
    { status: 401, headers: html, answer: 'no' },
    /answered 401 with text\/html in the relay's place/,
  ],
] as const satisfies readonly (readonly [string, Meddling, RegExp])[]) {
  test(`${title} is the network, intercepted, and not an answer (E1)`, async () => {
    await using box = await openMeddler('http://127.0.0.1:9', () => meddling);
    await using client = createClient({ origin: new URL(box.url), key: 'spm_key' });
    await assert.rejects(client.call('hello'), (error: unknown) => {
      assert.ok(error instanceof Interruption);
      assert.equal(error.breakage, 'answered');
      assert.match(error.message, sentence);
      return true;
    });
    assert.equal(box.met.length, 1);
  });
}

test('a bridge that meets a portal first connects by itself once somebody has signed in (B14)', async () => {
  await using relay = await openApi();
  await using portal = await openMeddler(relay.url, () => ({ status: 200, headers: html, answer: '<h1>Welcome</h1>' }));
  await using machine = await openBridge(relay, { through: portal.url });
  assert.match((await machine.event('trouble')).why, /in the relay's place/);
  portal.meddle = () => undefined;
  await machine.event('synced');
  assert.equal((await machine.documents()).size, 8);
});

test('a redirect to another origin is not followed, and the key does not go there', async () => {
  await using elsewhere = await openMeddler('http://127.0.0.1:9', () => ({ status: 200 }));
  await using relay = await openApi();
  await using box = await openMeddler(relay.url, ({ path }) => ({
    status: 307,
    headers: { location: `${elsewhere.url}${path}` },
  }));
  await using machine = await openBridge(relay, { through: box.url });
  await eventually(() => box.met.length >= 2, { timeoutMs: 20_000 });
  assert.match((await machine.event('trouble')).why, /redirects to/);
  assert.equal(elsewhere.met.length, 0);
});
