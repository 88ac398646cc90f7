/** `sallyport update --check`: newer, the same, unreachable and garbage, each with its sentence and exit code. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { VERSION } from '#contract/version.ts';
import { isNewer } from '../../bridge/net/read-release.ts';
import { freePort } from '../kit/free-port.ts';
import { openTemporaryFolder, type TemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const answers: Readonly<Record<string, string>> = {
  '/newer': JSON.stringify({ name: 'sallyport', version: '99.0.0' }),
  '/same': JSON.stringify({ name: 'sallyport', version: VERSION, later: 'members of later releases' }),
  '/older': JSON.stringify({ name: 'sallyport', version: '0.1.0' }),
  '/other': JSON.stringify({ name: 'leftpad', version: '99.0.0' }),
  '/strange': JSON.stringify({ name: 'sallyport', version: '9\u001b[2J' }),
  '/page': '<html>Sign in</html>',
  '/long': JSON.stringify({ name: 'sallyport', version: '99.0.0', long: 'x'.repeat(100_000) }),
};
const server = createServer((request, response) => {
  const answer = answers[(request.url ?? '').replace(/\?.*/, '')];
  response.writeHead(answer === undefined ? 404 : 200).end(answer);
});
let folder: TemporaryFolder;
let base = '';
before(async () => {
  folder = await openTemporaryFolder();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await folder[Symbol.asyncDispose]();
});

const update = (...args: string[]) =>
  runProgram('bridge/main.ts', ['update', ...args], { HOME: folder.path }, folder.path);

test('newer, the same and older are told apart', async () => {
  const checked = (path: string) => update('--check', '--releases', base + path);
  const newer = await checked('/newer');
  assert.match(newer.stdout, new RegExp(`^There is a newer version: 99\\.0\\.0\\. This is ${VERSION}\\.`));
  const same = await checked('/same');
  assert.deepEqual([same.code, same.stdout], [0, `This is the newest version: ${VERSION}.\n`]);
  assert.match((await checked('/older')).stdout, /is newer than the newest release there, 0\.1\.0\.$/m);
  const json = await update('--check', '--json', '--releases', `${base}/newer`);
  assert.deepEqual(JSON.parse(json.stdout), {
    ...{ version: VERSION, newest: '99.0.0', isNewer: true, releases: `${base}/newer` },
  });
});

test('what is no answer of a release address says so, and exits with 4', async () => {
  for (const [path, says] of [
    ['/other', /something else than the releases of Sallyport/],
    ['/strange', /something else than the releases of Sallyport/],
    ['/page', /something else than the releases of Sallyport/],
    ['/missing', /answered 404\./],
    ['/long', /\S/],
  ] as const) {
    const { code, stdout, stderr } = await update('--check', '--releases', base + path);
    assert.deepEqual([code, stdout], [4, ''], path);
    assert.match(stderr, /^Whether there is a newer version is not known\. /);
    assert.match(stderr, says);
  }
  const silent = await update('--check', '--releases', `http://127.0.0.1:${await freePort()}/releases.json`);
  assert.equal(silent.code, 4);
  assert.match(silent.stderr, /Nothing listens at 127/);
});

test('nothing is asked unless an address is named, and plain http beyond this machine is refused', async () => {
  for (const [args, says] of [
    [['--check'], /^Where are the releases\? Set --releases/],
    [['--releases', base], /^update takes --check: it compares versions, and installs nothing\./],
    [['--check', '--releases', 'http://example.com/releases.json'], /is plain http/],
    [['--check', '--releases', 'releases.json'], /^--releases takes an address/],
  ] as const) {
    const { code, stderr } = await update(...args);
    assert.equal(code, 2);
    assert.match(stderr, says);
  }
});

test('no name, password or query of the address is printed', async () => {
  const secret = 'token=s3cret';
  for (const path of ['/newer', '/other', '/missing']) {
    const { stdout, stderr } = await update('--check', '--json', '--releases', `${base}${path}?${secret}`);
    assert.ok((stdout + stderr).includes(`${base}${path}`), stdout + stderr);
    assert.ok(!(stdout + stderr).includes('s3cret'), stdout + stderr);
  }
  const refused = await update('--check', '--releases', 'https://ada:s3cret@example.com/releases.json?s3cret');
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^--releases takes .* not "https:\/\/example\.com\/releases\.json"\.$/m);
});

test('versions are compared by their numbers, and a preview comes before what it previews', () => {
  const inOrder = ['0.2.0', '0.10.0-rc.2', '0.10.0-rc.10', '0.10.0', '1.0.0'];
  for (const [at, one] of inOrder.entries())
    for (const [other, than] of inOrder.entries()) assert.equal(isNewer(one, than), at > other, `${one} ${than}`);
});
