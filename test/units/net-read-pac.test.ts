/** Where a PAC file may be, and what is no PAC file: each is refused with a sentence, and none holds the bridge up. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { constants, openSync } from 'node:fs';
import { rename, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { limits } from '#contract/limits.ts';
import { readPac } from '../../bridge/net/read-pac.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const text = "function FindProxyForURL() { return 'DIRECT'; }";
const skip = process.platform !== 'linux' && 'devices of Linux';

test('a PAC file is read by path, by file: and through a link, and again only once it has changed', async () => {
  await using folder = await openTemporaryFolder();
  const [path, link] = [join(folder.path, 'proxy.pac'), join(folder.path, 'link.pac')];
  await writeFile(path, text);
  await symlink(path, link);
  const first = await readPac(path, undefined);
  for (const where of [path, link, `file://${path}`]) assert.equal((await readPac(where, undefined)).text, text);
  assert.equal(await readPac(path, first), first);
  await writeFile(`${path}.new`, `${text} // longer`);
  await rename(`${path}.new`, path);
  assert.equal((await readPac(path, first)).text, `${text} // longer`);
});

test('a pipe that nobody writes to, devices without an end, and folders are refused', { skip }, async () => {
  await using folder = await openTemporaryFolder();
  const pipe = join(folder.path, 'pipe.pac');
  await promisify(execFile)('mkfifo', [pipe]);
  // Whoever waits for a writer would keep this process from ending.
  let hasWaited = false;
  const giveUp = setTimeout(() => {
    hasWaited = true;
    openSync(pipe, constants.O_RDWR);
  }, 10_000);
  for (const where of [pipe, '/dev/zero', '/dev/null', folder.path])
    await assert.rejects(readPac(where, undefined), /it is a folder, a pipe or a device, and no regular file/);
  clearTimeout(giveUp);
  assert.ok(!hasWaited, 'it has waited for a writer');
});

test('a file that is longer than a PAC file may be is not read to its end, also where its size says nothing', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'proxy.pac');
  await writeFile(path, Buffer.alloc(limits.pacBytesMax, ' '));
  assert.equal((await readPac(path, undefined)).text.length, limits.pacBytesMax);
  await writeFile(path, Buffer.alloc(limits.pacBytesMax + 1, ' '));
  await assert.rejects(readPac(path, undefined), /it is longer than 1048576 bytes/);
});

test('a file of /proc is cut, whose size is 0 and whose text is long', { skip }, async () => {
  const { size } = await stat('/proc/kallsyms');
  assert.equal(size, 0);
  await assert.rejects(readPac('/proc/kallsyms', undefined), /it is longer than 1048576 bytes/);
});

test('name and password of an address are sent to its server', async () => {
  const server = createServer(({ headers }, answer) => {
    const [, sent = ''] = /^Basic (\S+)$/.exec(headers.authorization ?? '') ?? [];
    if (Buffer.from(sent, 'base64').toString() === 'me:100% p@ss') answer.end(text);
    else answer.writeHead(401).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    assert.equal((await readPac(`http://me:100%%20p%40ss@${host}/proxy.pac`, undefined)).text, text);
    await assert.rejects(readPac(`http://${host}/proxy.pac`, undefined), /the server answered 401/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
