/** The built app as it is served: compressed where that lies beside, kept where the name has the hash, and nothing but what was built. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import Koa from 'koa';
import { openAppFiles, serveAppFiles } from '../../api/app-files.ts';
import { openTemporaryFolder, type TemporaryFolder } from '../kit/projects.ts';

let folder: TemporaryFolder;
let url: string;
const server = createServer();
const script = 'console.log("app");'.repeat(100);

before(async () => {
  folder = await openTemporaryFolder();
  const dist = join(folder.path, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(folder.path, 'secret.txt'), 'secret');
  await symlink(join(folder.path, 'secret.txt'), join(dist, 'link.txt'));
  await writeFile(join(dist, 'index.html'), '<!doctype html><title>app</title>');
  await mkdir(join(dist, 'diagram'));
  await writeFile(join(dist, 'diagram', 'index.html'), '<!doctype html><title>Diagram</title>');
  await writeFile(join(dist, 'sw.js'), 'self');
  await writeFile(join(dist, 'assets', 'app-1a2b.js'), script);
  await writeFile(join(dist, 'assets', 'app-1a2b.js.br'), brotliCompressSync(script));
  await writeFile(join(dist, 'assets', 'app-1a2b.js.gz'), gzipSync(script));
  const app = new Koa();
  app.use(serveAppFiles(await openAppFiles(dist)) as Koa.Middleware);
  server.on('request', app.callback()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await folder[Symbol.asyncDispose]();
});

test('/ is the page, asked for each time, under a policy that lets nothing foreign in', async () => {
  const response = await fetch(url);
  assert.match(await response.text(), /<title>app/);
  assert.equal(response.headers.get('cache-control'), 'no-cache');
  assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'self'; .*frame-ancestors 'none'/);
  assert.doesNotMatch(response.headers.get('content-security-policy') ?? '', /script-src|unsafe-eval/);
});

test('what has its hash in its name is kept for good; the service worker is not', async () => {
  const asset = await fetch(`${url}/assets/app-1a2b.js`);
  assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.match(asset.headers.get('content-type') ?? '', /^text\/javascript/);
  assert.equal((await fetch(`${url}/sw.js`)).headers.get('cache-control'), 'no-cache');
});

for (const [accepted, encoding] of [
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['identity', null],
  ['br;q=0, gzip', 'gzip'],
] as const) {
  test(`whoever accepts "${accepted}" gets ${encoding ?? 'it plain'}, and the same text`, async () => {
    const response = await fetch(`${url}/assets/app-1a2b.js`, { headers: { 'accept-encoding': accepted } });
    assert.equal(response.headers.get('content-encoding'), encoding);
    assert.equal(await response.text(), script);
  });
}

test('whoever has it already gets 304', async () => {
  const etag = (await fetch(`${url}/sw.js`)).headers.get('etag') ?? '';
  const again = await fetch(`${url}/sw.js`, { headers: { 'if-none-match': etag } });
  assert.equal(again.status, 304);
});

test('nothing else is served: no link, no file outside, no compressed twin by its own name', async () => {
  for (const path of [
    '/link.txt',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets',
    '/assets/',
    '/assets/app-1a2b.js.br',
    '/INDEX.html',
    '//index.html',
  ])
    assert.equal((await fetch(url + path)).status, 404, path);
});

test('a relay whose app was not built serves the rest', async () => {
  assert.equal((await openAppFiles(join(folder.path, 'none'))).size, 0);
});

test('a thousand readers hold one copy of a file', async () => {
  const files = await openAppFiles(join(folder.path, 'dist'));
  const file = files.get('/assets/app-1a2b.js');
  assert.ok(file);
  const copies = await Promise.all(Array.from({ length: 1000 }, () => file.read('br')));
  assert.equal(new Set(copies).size, 1);
});

test('the page of diagrams has no origin, reaches nothing, and is framed by the app alone', async () => {
  const { headers } = await fetch(`${url}/diagram/index.html`);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /^sandbox allow-scripts; default-src 'none'; script-src 'self'; /);
  assert.match(policy, /frame-ancestors 'self'/);
  assert.doesNotMatch(policy, /allow-same-origin|connect-src|https?:/);
  assert.equal(headers.get('x-frame-options'), 'SAMEORIGIN');
  const app = (await fetch(url)).headers;
  assert.match(app.get('content-security-policy') ?? '', /frame-src 'self'; .*frame-ancestors 'none'/);
});
