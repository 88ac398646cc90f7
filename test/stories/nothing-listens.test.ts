/** A machine that runs terminals and commands for people opens no port for it, and speaks nothing but requests and answers. */
import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startCountingProxy } from '../kit/counting-proxy.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { keeperPid } from '../kit/sessions.ts';
import { Visitor } from '../kit/visitor.ts';
import { openWorld } from '../kit/world.ts';

/** The ports on which a process takes connections of the network. */
async function portsOf(pid: number): Promise<readonly number[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/${pid}/net/${name}`, 'utf8')));
  const rows = tables.flatMap((table) => table.trim().split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  // 0A: it listens.
  return rows
    .filter(([, , , state, , , , , , inode = '']) => state === '0A' && own.has(inode))
    .map(([, address = '']) => Number.parseInt(address.split(':')[1] ?? '', 16));
}

test('without --agents neither bridge nor keeper listens on a port, and nobody asks for another protocol', {
  skip: process.platform !== 'linux',
}, async () => {
  await using world = await openWorld();
  const asked: string[] = [];
  const heads = (bytes: Buffer) => {
    asked.push(
      ...(bytes.toString('latin1').match(/^(?:upgrade:.*|HTTP\/1\.1 101.*|(?:GET|POST|DELETE) .*HTTP.*)$/gim) ?? []),
    );
  };
  await using proxy = await startCountingProxy(world.url, heads);
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  await writePolicy(data, { kinds: programs });
  const machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh' }, proxy.url);
  const opened = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24 });
  const { terminal } = opened.result as { terminal: string };
  const through: typeof world.call = async (method, path, body) => {
    const headers = { authorization: `Bearer ${world.key}`, 'content-type': 'application/json' };
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(new URL(path, proxy.url), { method, headers, ...given });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return (await response.json()) as never;
  };
  const visitor = new Visitor(through, terminal, 'tab');
  await visitor.type('echo a$((1+1))b\r');
  await visitor.until('a2b');
  await machine.send('exec', { project: 'shop', argv: ['true'] });
  const keeper = await keeperPid(data);
  assert.ok(keeper !== undefined);
  assert.deepEqual(await portsOf(machine.bridge().child.pid ?? 0), []);
  assert.deepEqual(await portsOf(keeper), []);
  assert.equal((await portsOf(process.pid)).length > 0, true, 'the proxy of this test is found so');
  assert.ok(asked.some((line) => line.startsWith('POST /v1/bridge/inbox')));
  assert.deepEqual(
    asked.filter((line) => /^upgrade:|^HTTP/i.test(line)),
    [],
  );
});
