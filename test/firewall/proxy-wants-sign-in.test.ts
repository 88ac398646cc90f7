/** 407 and other refusals of a proxy: each says what to do. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { openApi } from '../kit/api.ts';
import { openFaultProxy, openTinyproxy } from '../kit/fault-proxy.ts';
import { needs } from '../kit/parts.ts';
import { openSlicedSocks } from '../kit/sliced-socks.ts';

const origin = new URL('https://relay.example');
const answer407 = (...schemes: string[]) => ({
  answer: `HTTP/1.1 407 Proxy Authentication Required\r\n${schemes.map((scheme) => `Proxy-Authenticate: ${scheme}\r\n`).join('')}Content-Length: 0\r\n\r\n`,
});

for (const [title, fault, credentials, sentence] of [
  [
    'NTLM or Negotiate name the local helpers',
    answer407('Negotiate', 'NTLM'),
    '',
    /wants a sign-in by Negotiate or NTLM, which needs a local helper: run cntlm or px and point HTTPS_PROXY to it/,
  ],
  [
    'Basic without a password says where to put it',
    answer407('Basic realm="x"', 'NTLM'),
    '',
    /wants a name and password: put them into HTTPS_PROXY as http:\/\/name:password@host:port/,
  ],
  [
    'a wrong password is told, and not shown',
    answer407('Basic realm="x"'),
    'me:secret@',
    /refused the name and password in HTTPS_PROXY\.$/,
  ],
  [
    'a target that is not allowed is named',
    { answer: 'HTTP/1.1 403 Forbidden\r\n\r\n' },
    '',
    /does not allow connections to relay\.example:443 \(403\)/,
  ],
  [
    'a relay that the proxy cannot reach is named',
    { answer: 'HTTP/1.1 503 Service Unavailable\r\n\r\n' },
    '',
    /cannot reach relay\.example:443 \(503\)/,
  ],
  ['an answer that is no HTTP is told', { answer: 'SSH-2.0-OpenSSH_9\r\n\r\n' }, '', /failed at CONNECT/],
] as const) {
  test(`a proxy's refusal: ${title}`, async () => {
    await using box = await openFaultProxy(fault, credentials);
    await using client = createClient({ origin, key: '', proxy: box.proxy });
    await assert.rejects(client.call('hello'), (error: unknown) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

test('a proxy with Basic auth lets through who has the password', { skip: needs('tinyproxy') }, async () => {
  await using relay = await openApi();
  await using tiny = await openTinyproxy({ name: 'me', password: 'pass-word' });
  const url = new URL(tiny.proxy.url);
  await using stranger = createClient({ origin: new URL(relay.url), key: '', proxy: tiny.proxy });
  await assert.rejects(stranger.call('hello'), /wants a name and password/);
  url.username = 'me';
  url.password = 'pass-word';
  await using known = createClient({ origin: new URL(relay.url), key: '', proxy: { url, source: 'HTTPS_PROXY' } });
  assert.equal((await known.call('hello', { query: { nonce: 'n1' } })).nonce, 'n1');
});

test('a password with a bare % goes to an HTTP and to a SOCKS proxy as it was written', async () => {
  await using relay = await openApi();
  await using box = await openFaultProxy('none', 'me:100%@');
  await using client = createClient({ origin: new URL(relay.url), proxy: box.proxy });
  await client.call('hello', { query: { nonce: 'n1' } });
  const [, sent = ''] = /^proxy-authorization: Basic (\S+)/im.exec(box.connects[0] ?? '') ?? [];
  assert.equal(Buffer.from(sent, 'base64').toString(), 'me:100%');
  await using socks = await openSlicedSocks({ method: 2 }, 'me:100%@');
  await using other = createClient({ origin: new URL('https://relay.example'), proxy: socks.proxy, connectMs: 1000 });
  await other.call('hello').catch(() => undefined);
  assert.deepEqual([...new Set(socks.signIns)], ['me:100%']);
});
