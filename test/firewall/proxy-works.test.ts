/** A bridge behind the proxies that companies run. */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openFaultProxy, openSquid, openTinyproxy } from '../kit/fault-proxy.ts';
import { needs } from '../kit/parts.ts';
import { specText } from '../kit/projects.ts';

const first = 'specs/001-first-light/README.md';

for (const [name, openProxy] of [
  ['squid', openSquid],
  ['tinyproxy', () => openTinyproxy()],
] as const) {
  test(`through ${name} a project goes up, and a save arrives`, { skip: needs('squid', 'tinyproxy') }, async () => {
    await using relay = await openApi();
    await using through = await openProxy();
    await using machine = await openBridge(relay, { proxy: through.proxy });
    await machine.event('synced');
    await writeFile(join(machine.root, first), specText('Through the proxy'));
    await eventually(async () => (await machine.documents()).get(first)?.title === 'Through the proxy');
    assert.equal(machine.events.filter(({ event }) => event === 'trouble').length, 0, machine.log());
  });
}

for (const status of ['200 OK', '201 Created', '204 No Content', '299 Whatever'])
  test(`a proxy that answers CONNECT with ${status} has opened the tunnel (RFC 9110, section 9.3.6)`, async () => {
    await using relay = await openApi();
    await using box = await openFaultProxy({ welcome: `HTTP/1.1 ${status}\r\nServer: x\r\n\r\n` });
    await using client = createClient({ origin: new URL(relay.url), proxy: box.proxy });
    assert.equal((await client.call('hello', { query: { nonce: 'n1' } })).nonce, 'n1');
    assert.equal(box.connects.length, 1);
  });

test('a proxy that answers CONNECT with 300 has opened none', async () => {
  await using box = await openFaultProxy({ answer: 'HTTP/1.1 300 Multiple Choices\r\n\r\n' });
  await using client = createClient({ origin: new URL('https://relay.example'), proxy: box.proxy });
  await assert.rejects(client.call('hello'), /answered CONNECT with 300\.$/);
});
