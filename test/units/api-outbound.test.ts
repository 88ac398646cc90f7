/** The gate for requests of the relay to addresses which people have given: what it dials, and what it refuses. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { createOutbound, isPublicAddress } from '../../api/outbound.ts';

const post = { method: 'POST', headers: {}, body: 'hello' } as const;
const isRefused = (error: unknown) => error instanceof Problem && error.code === 'outbound-refused';

test('what leads to this machine or a private network is refused by its text', () => {
  const { check } = createOutbound();
  for (const host of [
    ...['127.0.0.1', '0x7f.1', '2130706433', '0', '0.0.0.0', '127.1', '017700000001', 'localhost', 'a.localhost.'],
    ...['10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1', '224.0.0.1'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[fe80::1]', '[fc00::1]', '[ff02::1]'],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:0:1::]', '[2001:db8::1]', '255.255.255.255'],
  ])
    assert.throws(() => check(`https://${host}/`), isRefused, host);
  for (const url of ['http://example.com/', 'ftp://example.com/', 'https://a:b@example.com/', 'javascript:1', 'x', ''])
    assert.throws(() => check(url), isRefused, url);
  assert.equal(check('https://updates.push.services.mozilla.com/wpush/v2/x').protocol, 'https:');
  assert.equal(check('https://93.184.215.14/').hostname, '93.184.215.14');
});

test('an address is public only if it is given out as one', () => {
  for (const address of ['8.8.8.8', '172.32.0.1', '2606:2800:21f:cb07::1', '::ffff:8.8.8.8'])
    assert.equal(isPublicAddress(address), true, address);
  for (const address of ['', 'name', '::ffff:10.0.0.1', 'fe80::1%eth0', '192.0.0.8'])
    assert.equal(isPublicAddress(address), false, address);
});

test('a name of which any address is private is not dialled', async () => {
  for (const found of [
    [{ address: '127.0.0.1', family: 4 }],
    [
      { address: '8.8.8.8', family: 4 },
      { address: '::ffff:169.254.169.254', family: 6 },
    ],
  ]) {
    const look = (_host: string, _options: object, callback: (error: null, found: unknown) => void) =>
      callback(null, found);
    const gate = createOutbound([], look as never);
    await assert.rejects(gate.send('https://rebinding.example/', post), isRefused);
  }
});

test('an address that the owner has listed is dialled, and no other port of it', async () => {
  const heard: string[] = [];
  await using service = await serve((request, response) => {
    request.on('data', (chunk) => heard.push(String(chunk)));
    request.on('end', () => response.writeHead(201).end('thanks'));
  });
  const gate = createOutbound([`127.0.0.1:${service.port}`]);
  assert.equal((await gate.send(`http://127.0.0.1:${service.port}/x`, post)).status, 201);
  assert.deepEqual(heard, ['hello']);
  await assert.rejects(gate.send(`http://127.0.0.1:${service.port + 1}/`, post), isRefused);
  await assert.rejects(createOutbound().send(`http://127.0.0.1:${service.port}/`, post), isRefused);
});

test('a redirect is an answer and is not followed; an endless answer is cut', async () => {
  let requests = 0;
  await using service = await serve((request, response) => {
    requests++;
    if (request.url === '/away') return response.writeHead(302, { Location: '/other' }).end();
    response.on('error', () => undefined);
    const pour = () => {
      if (!response.destroyed && response.write(Buffer.alloc(16 * 1024))) setImmediate(pour);
    };
    response.on('drain', pour);
    pour();
  });
  const gate = createOutbound([`127.0.0.1:${service.port}`]);
  assert.equal((await gate.send(`http://127.0.0.1:${service.port}/away`, post)).status, 302);
  assert.equal(requests, 1);
  await assert.rejects(gate.send(`http://127.0.0.1:${service.port}/endless`, post), /too long/);
});

async function serve(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: stop };
}
