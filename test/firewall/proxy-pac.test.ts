/** A company whose PAC file chooses the proxy, for the bridge and for the commands of a person. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '../../bridge/net/client.ts';
import { Interruption } from '../../bridge/net/interruption.ts';
import { createWayFinder } from '../../bridge/net/ways.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openFaultProxy } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { openSlicedSocks } from '../kit/sliced-socks.ts';

/** A relay with a name that only a proxy knows. */
async function openNamed() {
  const port = String(await freePort());
  const origin = `http://only-the-proxy.example:${port}`;
  return { ...(await openApi(['--port', port, '--public-url', origin, '--allow-insecure'])), origin };
}

/** A web server with a PAC file that can change. */
async function openPacServer() {
  const box = { text: '', status: 200, asked: 0, unchanged: 0 };
  const server = createServer((request, answer) => {
    const etag = `"${createHash('sha256').update(box.text).digest('hex')}"`;
    box.asked += 1;
    if (request.headers['if-none-match'] === etag) {
      box.unchanged += 1;
      answer.writeHead(304).end();
    } else answer.writeHead(box.status, { etag, 'content-type': 'application/x-ns-proxy-autoconfig' }).end(box.text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(box, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/proxy.pac`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

const answering = (answer: string) => `function FindProxyForURL(url, host) { return '${answer}'; }`;

test('a bridge takes the proxies of a PAC file in their order, past one that is gone', async () => {
  await using relay = await openNamed();
  await using socks = await openSlicedSocks({ isSliced: true });
  await using pac = await openPacServer();
  const gone = await freePort();
  pac.text = answering(`PROXY 127.0.0.1:${gone}; SOCKS ${socks.proxy.url.host}; DIRECT`);
  const proxy = createWayFinder(new URL(relay.origin), { env: {}, pac: pac.url });
  await using machine = await openBridge(relay, { through: relay.origin, proxy });
  await machine.event('synced');
  assert.ok(socks.targets.length > 0);
  assert.equal(proxy.last()?.by, 'pac');
});

test('a PAC file that changes is followed; one that cannot be read any more still counts as it was', async () => {
  await using relay = await openNamed();
  await using one = await openSlicedSocks();
  await using other = await openSlicedSocks();
  await using pac = await openPacServer();
  let now = 0;
  const proxy = createWayFinder(new URL(relay.origin), { env: {}, pac: pac.url, clock: () => now });
  await using client = createClient({ origin: new URL(relay.origin), proxy });
  const helloAfterAMinute = async () => {
    now += 61_000;
    client.drop();
    await client.call('hello', { query: { nonce: 'n' } });
  };
  pac.text = answering(`SOCKS ${one.proxy.url.host}`);
  await helloAfterAMinute();
  await helloAfterAMinute();
  assert.deepEqual([one.targets.length, other.targets.length, pac.unchanged], [2, 0, 1]);
  pac.text = answering(`SOCKS ${other.proxy.url.host}`);
  await helloAfterAMinute();
  assert.deepEqual([one.targets.length, other.targets.length], [2, 1]);
  Object.assign(pac, { text: 'gone', status: 503 });
  await helloAfterAMinute();
  assert.deepEqual([one.targets.length, other.targets.length], [2, 2]);
});

test('without any usable way, each failure is named', async () => {
  await using pac = await openPacServer();
  await using denies = await openFaultProxy({ answer: 'HTTP/1.1 403 Forbidden\r\n\r\n' });
  await using wants = await openFaultProxy({
    answer: 'HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n',
  });
  pac.text = answering(`PROXY ${denies.proxy.url.host}; PROXY ${wants.proxy.url.host}`);
  const origin = new URL('https://relay.example');
  await using client = createClient({ origin, proxy: createWayFinder(origin, { env: {}, pac: pac.url }) });
  await assert.rejects(client.call('hello'), (error: unknown) => {
    assert.ok(error instanceof Interruption);
    assert.match(error.message, /does not allow connections to relay\.example:443 \(403\)\. The proxy/);
    assert.match(error.message, /put them into HTTPS_PROXY as http:\/\/name:password@host:port\.$/);
    return true;
  });
});

for (const [title, text, status, sentence] of [
  ['is not there', '', 404, /The PAC file http:\S+ cannot be used: the server answered 404\.$/],
  ['is a sign-in page', '<html>Welcome</html>', 200, /cannot be used: it is a web page \(a sign-in page\?\)\.$/],
  ['is too long', ' '.repeat(1024 * 1024 + 1), 200, /cannot be used: it is longer than 1048576 bytes\.$/],
  ['has an error', answering("' + nobody + '"), 200, /cannot be used: .*nobody is not defined\.$/],
] as const)
  test(`a PAC file that ${title} is named, and nothing goes past it`, async () => {
    await using pac = await openPacServer();
    Object.assign(pac, { text, status });
    const origin = new URL('https://relay.example');
    await using client = createClient({ origin, proxy: createWayFinder(origin, { env: {}, pac: pac.url }) });
    await assert.rejects(client.call('hello'), sentence);
  });

test('the commands of a person take --pac; a file that is gone is named', async () => {
  await using relay = await openNamed();
  await using socks = await openSlicedSocks();
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, answering(`SOCKS5 ${socks.proxy.url.host}`));
  const env = { SALLYPORT_API_KEY: relay.ownerKey, SALLYPORT_DATA: folder.path };
  const run = async (...args: string[]) => await runProgram('bridge/main.ts', args, env, folder.path);
  const listed = await run('machines', '--url', relay.origin, '--allow-insecure', '--json', '--pac', 'proxy.pac');
  assert.deepEqual([listed.code, listed.stderr], [0, '']);
  assert.ok(socks.targets.length > 0);
  await rm(pac);
  const gone = await run('machines', '--url', relay.origin, '--allow-insecure', '--pac', pac);
  assert.equal(gone.code, 4);
  assert.match(gone.stderr, /The PAC file .*proxy\.pac cannot be used: no such file or directory/);
});

test('login keeps the PAC file, `config show` says it, and `--pac none` forgets it', async () => {
  await using relay = await openNamed();
  await using socks = await openSlicedSocks();
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, answering(`SOCKS5 ${socks.proxy.url.host}`));
  const env = { SALLYPORT_DATA: folder.path };
  const kept = async () => {
    const shown = await runProgram('bridge/main.ts', ['config', 'show', '--json'], env, folder.path);
    return JSON.parse(shown.stdout).pac as string | null;
  };
  const login = ['login', relay.origin, '--allow-insecure', '--json'];
  for (const [how, expected, reached] of [
    [['--pac', 'proxy.pac'], pac, true],
    [[], pac, true],
    [['--pac', 'none'], null, false],
  ] as const) {
    socks.targets.length = 0;
    await using program = startProgram('bridge/main.ts', [...login, ...how], env, folder.path);
    if (reached) await program.line(({ event }) => event === 'code');
    else await once(program.child, 'exit');
    assert.equal(await kept(), expected);
    assert.equal(socks.targets.length > 0, reached);
  }
});

test('a password in the address of a PAC file is printed by no command', async () => {
  const origin = 'https://only-the-proxy.example';
  await using folder = await openTemporaryFolder();
  const pac = `http://me:hunter2@127.0.0.1:${await freePort()}/proxy.pac?token=abc`;
  const run = async (...args: string[]) =>
    await runProgram('bridge/main.ts', args, { SALLYPORT_DATA: folder.path }, folder.path);
  const outputs = [
    await run('login', origin, '--pac', pac),
    await run('config', 'show', '--json'),
    await run('login', origin, '--pac', 'http://me:hunter2@host:x/proxy.pac?token=abc'),
  ].map(({ stdout, stderr }) => stdout + stderr);
  for (const output of outputs) {
    assert.match(output, /\/proxy\.pac/);
    assert.doesNotMatch(output, /hunter2|abc/);
  }
});

test('`sallyport status` says which proxy is used, and who named it', async () => {
  await using relay = await openNamed();
  await using socks = await openSlicedSocks();
  await using folder = await openTemporaryFolder();
  const pac = join(folder.path, 'proxy.pac');
  await writeFile(pac, answering(`SOCKS5 ${socks.proxy.url.host}; DIRECT`));
  const { key } = await relay.api.createMachine('laptop');
  const env = { SALLYPORT_DATA: folder.path, SALLYPORT_PAC: pac, SALLYPORT_KEY: key, SALLYPORT_URL: relay.origin };
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await using bridge = startProgram('bridge/main.ts', ['run', '--allow-insecure', '--json', root], env);
  await bridge.line(({ event }) => event === 'synced');
  const said = await eventually(async () => {
    const { stdout } = await runProgram('bridge/main.ts', ['status'], env, folder.path);
    return /^way: (.*)$/m.exec(stdout)?.[1];
  });
  const { host } = socks.proxy.url;
  assert.equal(said, `socks5h://${host} (from the PAC file ${pac}), then directly`);
});
