/** A network whose only way out is a SOCKS5 proxy. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openMicrosocks } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { needs } from '../kit/parts.ts';
import { specText } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { openSlicedSocks } from '../kit/sliced-socks.ts';

const first = 'specs/001-first-light/README.md';
const somewhere = new URL('https://relay.example');

for (const auth of [undefined, { name: 'me', password: 'pass word:é' }]) {
  const how = auth === undefined ? 'without a password' : 'with a name and password';
  test(`through microsocks ${how} a project goes up, and a save arrives`, { skip: needs('microsocks') }, async () => {
    await using relay = await openApi();
    await using through = await openMicrosocks(auth);
    await using machine = await openBridge(relay, { proxy: signedIn(through.proxy, auth) });
    await machine.event('synced');
    await writeFile(join(machine.root, first), specText('Through SOCKS'));
    await eventually(async () => (await machine.documents()).get(first)?.title === 'Through SOCKS');
    assert.equal(machine.events.filter(({ event }) => event === 'trouble').length, 0, machine.log());
  });
}

function signedIn({ url, source }: ProxyServer, auth?: { readonly name: string; readonly password: string }) {
  const known = new URL(url);
  known.username = encodeURIComponent(auth?.name ?? '');
  known.password = encodeURIComponent(auth?.password ?? '');
  return { url: known, source };
}

test('microsocks refuses a stranger and a wrong password, and each is told what to do', {
  skip: needs('microsocks'),
}, async () => {
  await using through = await openMicrosocks({ name: 'me', password: 'right' });
  await using stranger = createClient({ origin: somewhere, proxy: through.proxy });
  await assert.rejects(
    stranger.call('hello'),
    /wants a name and password: put them into ALL_PROXY as socks5h:\/\/name:password@host:port/,
  );
  const wrong = signedIn(through.proxy, { name: 'me', password: 'wrong' });
  await using known = createClient({ origin: somewhere, proxy: wrong });
  await assert.rejects(known.call('hello'), /refused the name and password in ALL_PROXY\.$/);
});

for (const [title, manner, credentials] of [
  ['whole answers', {}, ''],
  ['byte by byte', { isSliced: true }, ''],
  ['byte by byte, with a name and password', { isSliced: true, method: 2 }, 'me:pass@'],
  ['an address of its own in IPv6', { isSliced: true, bound: [4, ...Array<number>(16).fill(1)] }, ''],
  ['a name of its own', { bound: [3, 5, ...Buffer.from('proxy')] }, ''],
] as const) {
  test(`a SOCKS proxy that answers with ${title} leads to the relay, whose name only it knows`, async () => {
    await using relay = await openNamed();
    await using box = await openSlicedSocks(manner, credentials);
    await using client = createClient({ origin: new URL(relay.origin), proxy: box.proxy });
    for (const nonce of ['n1', 'n2']) assert.equal((await client.call('hello', { query: { nonce } })).nonce, nonce);
    assert.deepEqual([...new Set(box.targets)], [`3 ${new URL(relay.origin).host}`]);
    assert.deepEqual([...new Set(box.signIns)], credentials === '' ? [] : ['me:pass']);
  });
}

/** A relay with a name that no DNS knows. */
async function openNamed() {
  const port = String(await freePort());
  const origin = `http://only-the-proxy.example:${port}`;
  return { ...(await openApi(['--port', port, '--public-url', origin, '--allow-insecure'])), origin };
}

test('addresses go as addresses', async () => {
  await using box = await openSlicedSocks({ reply: 4 });
  for (const host of ['10.1.2.3', '[2001:db8::1:0:0:7]']) {
    await using client = createClient({ origin: new URL(`https://${host}`), proxy: box.proxy });
    await assert.rejects(client.call('hello'), /SOCKS reply 4/);
  }
  assert.deepEqual(box.targets, ['1 0a010203:443', '4 20010db8000000000001000000000007:443']);
});

for (const [manner, sentence, breakage] of [
  [{ reply: 1 }, /failed to connect to relay\.example:443, and does not say why \(SOCKS reply 1\)\.$/, 'answered'],
  [{ reply: 2 }, /does not allow connections to relay\.example:443 \(SOCKS reply 2\)/, 'answered'],
  [{ reply: 3 }, /has no network to reach relay\.example:443 \(SOCKS reply 3\)/, 'answered'],
  [{ reply: 4 }, /cannot reach the host of relay\.example:443, or does not know its name/, 'answered'],
  [{ reply: 5 }, /nothing listens at relay\.example:443 \(SOCKS reply 5\)/, 'answered'],
  [{ reply: 6 }, /got no answer from relay\.example:443 in time \(SOCKS reply 6\)/, 'answered'],
  [{ reply: 7 }, /does not support connections \(CONNECT\) \(SOCKS reply 7\)/, 'answered'],
  [{ reply: 8 }, /does not support this sort of address/, 'answered'],
  [{ reply: 99 }, /refused the connection to relay\.example:443 \(SOCKS reply 99\)/, 'answered'],
  [{ method: 255 }, /wants a name and password: put them into ALL_PROXY/, 'answered'],
  [{ method: 1 }, /chose a sign-in that was not offered \(method 1\)/, 'answered'],
  [{ method: 2 }, /chose a sign-in that was not offered \(method 2\)/, 'answered'],
  [
    { instead: 'HTTP/1.1 400 Bad Request\r\n\r\n' },
    /speaks HTTP and not SOCKS: write http:\/\/ in ALL_PROXY/,
    'answered',
  ],
  [{ instead: 'SSH-2.0-OpenSSH_9\r\n' }, /does not speak SOCKS 5\.$/, 'answered'],
  [{ endsAfter: 1 }, /closed the connection during SOCKS\.$/, 'cut'],
  [{ endsAfter: 5, reply: 1, isSliced: true }, /closed the connection during SOCKS\.$/, 'cut'],
] as const) {
  test(`a SOCKS proxy with ${JSON.stringify(manner)} is explained`, async () => {
    await using box = await openSlicedSocks(manner);
    await using client = createClient({ origin: somewhere, proxy: box.proxy });
    await assert.rejects(client.call('hello'), (error: unknown) => {
      assert.ok(error instanceof Interruption);
      assert.match(error.message, /^The proxy socks5h:\/\/127\.0\.0\.1:\d+ \(from ALL_PROXY\) /);
      assert.match(error.message, sentence);
      assert.equal(error.breakage, breakage);
      return true;
    });
  });
}

test('a SOCKS proxy that stops in mid-answer is given up after the deadline of the dialogue, and named', async () => {
  await using box = await openSlicedSocks({ instead: '\x05' });
  await using client = createClient({ origin: somewhere, proxy: box.proxy, connectMs: 300 });
  await assert.rejects(client.call('hello'), /did not answer SOCKS within 0\.3 s\.$/);
});

test('the commands of a person go through ALL_PROXY too', async () => {
  await using relay = await openNamed();
  await using box = await openSlicedSocks({ isSliced: true });
  const env = { ALL_PROXY: box.proxy.url.href, SALLYPORT_API_KEY: relay.ownerKey };
  const args = ['machines', '--url', relay.origin, '--allow-insecure', '--json'];
  const { code, stderr } = await runProgram('bridge/main.ts', args, env, process.cwd());
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual([...new Set(box.targets)], [`3 ${new URL(relay.origin).host}`]);
});
