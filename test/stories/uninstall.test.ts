/** `sallyport uninstall`: it shows what it removes, refuses while a bridge runs, and takes the machine off the relay where asked. No file of a project changes, and none of a folder or a service that is not this bridge's. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { glob, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { spawn as spawnPty } from '@lydell/node-pty';
import { lockHolder, openLock, openLockOnceFree } from '../../bridge/data/lock.ts';
import { runProgram as runSystemProgram } from '../../bridge/service/run-program.ts';
import { createSystemd, systemdUnit } from '../../bridge/service/systemd.ts';
import { unitOf } from '../../bridge/service/unit.ts';
import { cleanEnvironment, startProgram } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

let world: World;
let root: string;
before(async () => {
  world = await openWorld();
  root = await makeSmallProject(join(world.folder, 'shop'));
});
after(() => world[Symbol.asyncDispose]());

const uninstall = (machine: Pick<MachineInWorld, 'data'>, ...args: string[]) =>
  // A home of its own, so that no service of whoever runs the tests is met.
  runProgram('bridge/main.ts', ['uninstall', '--data', machine.data, ...args], { HOME: world.folder }, world.folder);

/** The same on a terminal, where a person types these keys at the first question. */
async function uninstallTyping({ data }: Pick<MachineInWorld, 'data'>, keys: string) {
  const args = [join(import.meta.dirname, '../../bridge/main.ts'), 'uninstall', '--data', data];
  const terminal = spawnPty(process.execPath, args, { cols: 200, env: { ...cleanEnvironment(), HOME: world.folder } });
  let shown = '';
  let isAsked = false;
  terminal.onData((text) => {
    shown += text;
    if (isAsked || !shown.includes('[y/N]')) return;
    isAsked = true;
    terminal.write(keys);
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  return { code, shown };
}

const namesAtRelay = async () => {
  const { items } = await world.call<{ items: { name: string }[] }>('GET', '/v1/machines');
  return items.map(({ name }) => name).toSorted();
};

/** Every file of the project with its bytes. */
async function projectText(): Promise<Record<string, string>> {
  const files = await Array.fromAsync(glob('**/*', { cwd: root, withFileTypes: true }));
  const paths = files.filter((file) => file.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  );
}

test('who answers a question with Ctrl-D or Ctrl-C says no, and sees no stack', {
  skip: process.platform === 'win32',
}, async () => {
  const machine = await world.startMachine('desk', [root]);
  await machine.bridge().end();
  const left = await uninstallTyping(machine, '\u0004');
  assert.equal(left.code, 1);
  assert.match(left.shown, /Nothing was removed\./);
  const stopped = await uninstallTyping(machine, '\u0003');
  assert.equal(stopped.code, 130);
  for (const { shown } of [left, stopped]) assert.doesNotMatch(shown, /AbortError|\n\s+at /);
  assert.equal((await uninstall(machine, '--machine', '--yes')).code, 0);
});

test('it refuses while a bridge runs, and without a terminal it wants --yes; then data and machine go and all else stays', async () => {
  const before = await projectText();
  assert.ok(Object.keys(before).length > 2);
  const machine = await world.startMachine('laptop', [root]);
  const running = await uninstall(machine, '--machine', '--yes');
  assert.equal(running.code, 1);
  assert.match(running.stderr, /^A bridge runs on .* \(process \d+\), and is not the service\. Stop it first\.$/m);
  await machine.bridge().end();
  await writeFile(join(machine.data, 'policy.json'), '{}');
  await writeFile(join(machine.data, 'notes.txt'), 'mine');

  const asked = await uninstall(machine, '--machine');
  assert.equal(asked.code, 2);
  assert.match(
    asked.stdout,
    /^This removes:\n {2}the bridge’s data, .*\n(?: {4}\/.*\n)+ {2}this machine at http:.*\nIt stays:\n {2}every file/,
  );
  assert.ok(asked.stdout.includes(`\n    ${join(machine.data, 'policy.json')}\n`), asked.stdout);
  assert.match(asked.stdout, /notes\.txt, which is not Sallyport’s/);
  assert.match(asked.stderr, /^Nothing was removed\. Add --yes/);
  assert.ok((await readdir(machine.data)).includes('credentials.json'));
  assert.deepEqual(await namesAtRelay(), ['laptop']);

  const gone = await uninstall(machine, '--machine', '--yes', '--json');
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal(JSON.parse(gone.stdout).machine, true);
  assert.deepEqual(await readdir(machine.data), ['notes.txt']);
  assert.deepEqual(await namesAtRelay(), []);
  assert.deepEqual(await projectText(), before);
  const { items } = await world.call<{ items: { action: string; by: object }[] }>(
    'GET',
    '/v1/audit?action=machine-removed',
  );
  assert.deepEqual(items[0]?.by, { machine: machine.id, name: 'laptop', via: 'machine' });
  const again = await uninstall(machine, '--yes');
  assert.match(again.stdout, /^There is nothing to remove/);
});

test('where the relay cannot be reached the data stays, so that it can be tried again; without --machine nobody is asked', async () => {
  const machine = await world.startMachine('desk', [root]);
  await machine.bridge().end();
  const file = join(machine.data, 'credentials.json');
  const kept = await readFile(file, 'utf8');
  await writeFile(file, JSON.stringify({ ...JSON.parse(kept), url: 'http://127.0.0.1:1' }));
  const failed = await uninstall(machine, '--machine', '--yes');
  assert.equal(failed.code, 4, failed.stderr);
  assert.match(failed.stderr, /^The machine was not removed at http:\/\/127\.0\.0\.1:1: .* The data in .* stays\./);
  await writeFile(file, kept);
  const gone = await uninstall(machine, '--yes');
  assert.equal(gone.code, 0, gone.stderr);
  await assert.rejects(readdir(machine.data), { code: 'ENOENT' });
  assert.deepEqual(await namesAtRelay(), ['desk']);
});

test('a folder that no bridge has used keeps all its files, whatever their names', async () => {
  const data = join(world.folder, 'cluster');
  const files = ['manifests/deployment.json', 'agents/reviewer.md', 'policy.json', 'status.json', 'lock'];
  for (const file of [...files, 'credentials.json']) {
    await mkdir(dirname(join(data, file)), { recursive: true });
    await writeFile(join(data, file), '{"url":"https://cloud.example","key":"of something else"}');
  }
  const gone = await uninstall({ data }, '--yes');
  assert.equal(gone.code, 0, gone.stderr);
  assert.match(gone.stdout, /^There is nothing to remove/);
  for (const file of files) assert.match(await readFile(join(data, file), 'utf8'), /cloud/, file);
});

test('files of other names in the folders of a bridge stay; a data folder that is a link is emptied', async () => {
  const machine = await world.startMachine('tower', [root]);
  await machine.bridge().end();
  const manifests = join(machine.data, 'manifests');
  await mkdir(join(machine.data, 'agents'), { recursive: true });
  await writeFile(join(machine.data, 'agents', `${'a1'.repeat(32)}.json`), '{}');
  await writeFile(join(machine.data, 'agents', 'reviewer.md'), 'mine');
  // What a run wrote, what a terminal showed, keys, and what was damaged.
  const keys = [
    'sealed/terminal-1.json',
    'sealed/terminal-2.jsonl',
    'machine-key.json',
    'own-sealing-key.json',
    'known-machines.json',
  ];
  const damaged = ['projects.json.damaged', 'approvals.json.damaged-1795000000000'];
  const runs = ['runs/run-1_x.out', 'runs/run-1_x.out-end', 'runs/run-1_x.err'];
  const shown = [...runs, 'recordings/terminal-1.cast', 'recordings/terminal-2.cast-of-sealed', 'sessions.json'];
  for (const file of [...shown, ...keys, ...damaged]) {
    await mkdir(join(machine.data, dirname(file)), { recursive: true });
    await writeFile(join(machine.data, file), '{}');
  }
  await mkdir(manifests, { recursive: true });
  await writeFile(join(manifests, 'abcdefghij12.json'), '[]');
  const link = join(world.folder, 'tower-link');
  await symlink(machine.data, link);
  const asked = await uninstall({ data: link });
  assert.match(asked.stdout, /^ {4}\/.*\/agents \(1 file\)$/m);
  assert.match(asked.stdout, /agents\/reviewer\.md, which is not Sallyport’s/);
  const gone = await uninstall({ data: link }, '--yes');
  assert.equal(gone.code, 0, gone.stderr);
  assert.deepEqual(await readdir(machine.data, { recursive: true }), ['agents', 'agents/reviewer.md']);
  const empty = await world.startMachine('shelf', [root]);
  await empty.bridge().end();
  await symlink(empty.data, `${link}-2`);
  const emptied = await uninstall({ data: `${link}-2` }, '--yes');
  assert.equal(emptied.code, 0, emptied.stderr);
  assert.deepEqual(await readdir(empty.data), []);
});

test('with a key that the relay refuses the machine is not called removed; one that is removed already is', async () => {
  const machine = await world.startMachine('revoked', [root]);
  await machine.bridge().end();
  const { items } = await world.call<{ items: { id: string; machine?: string }[] }>('GET', '/v1/keys');
  const key = items.find((item) => item.machine === machine.id);
  await world.call('DELETE', `/v1/keys/${key?.id}`);
  const failed = await uninstall(machine, '--machine', '--yes', '--json');
  assert.equal(failed.code, 3, failed.stdout);
  assert.deepEqual(JSON.parse(failed.stdout), { removed: [], machine: false });
  assert.match(failed.stderr, /The data in .* stays\. Remove the machine in the app, and leave --machine out\.$/m);
  assert.ok((await namesAtRelay()).includes('revoked'));
  assert.ok((await readdir(machine.data)).includes('credentials.json'));
  const other = await world.startMachine('removed', [root]);
  await other.bridge().end();
  await world.call('DELETE', `/v1/machines/${other.id}`);
  const gone = await uninstall(other, '--machine', '--yes', '--json');
  assert.equal(gone.code, 0, gone.stderr);
  assert.equal(JSON.parse(gone.stdout).machine, true);
});

test('no bridge can start on the folder while the relay is asked', async () => {
  const machine = await world.startMachine('slow', [root]);
  await machine.bridge().end();
  const holders: (number | undefined)[] = [];
  const server = createServer((_, response) => {
    holders.push(lockHolder(machine.data)?.pid);
    response.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const file = join(machine.data, 'credentials.json');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), url }));
  const args = ['uninstall', '--data', machine.data, '--machine', '--yes'];
  await using program = startProgram('bridge/main.ts', args, { HOME: world.folder }, world.folder);
  const [code] = await once(program.child, 'close');
  server.close();
  assert.equal(code, 4, program.errors());
  assert.deepEqual([holders[0], lockHolder(machine.data)], [program.child.pid, undefined]);
});

test('a lock is waited for until its holder has let go', async () => {
  const data = join(world.folder, 'held');
  const first = await openLock(data);
  await assert.rejects(openLockOnceFree(data, 0), { name: 'LockHeld' });
  const second = openLockOnceFree(data, 60_000);
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
});

test('the service of another data folder stays; nothing is removed where an option is wrong', {
  skip: process.platform !== 'linux' && 'takes a unit of systemd',
}, async () => {
  const machine = await world.startMachine('old', [root]);
  await machine.bridge().end();
  const { file } = createSystemd({ HOME: world.folder }, runSystemProgram);
  await mkdir(dirname(file), { recursive: true });
  const unit = (data: string) => systemdUnit(unitOf('systemd', data, {}, [], {}), 252);
  await writeFile(file, unit(machine.data));
  const wrong = await uninstall(machine, '--machine', '--yes', '--ca', join(world.folder, 'missing.pem'));
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /^--ca: /);
  const other = unit(`${machine.data}er`);
  await writeFile(file, other);
  const gone = await uninstall(machine, '--yes');
  assert.equal(gone.code, 0, gone.stderr);
  assert.match(gone.stdout, /^ {2}the service, which runs on another data folder: .*sallyport\.service$/m);
  assert.equal(await readFile(file, 'utf8'), other);
  await assert.rejects(readdir(machine.data), { code: 'ENOENT' });
});
