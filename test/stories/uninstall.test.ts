/** `sallyport uninstall`: it shows what it removes, refuses while a bridge runs, and takes the machine off the relay where asked. No file of a project changes. */
import assert from 'node:assert/strict';
import { glob, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
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

const uninstall = (machine: MachineInWorld, ...args: string[]) =>
  // A home of its own, so that no service of whoever runs the tests is met.
  runProgram('bridge/main.ts', ['uninstall', '--data', machine.data, ...args], { HOME: world.folder }, world.folder);

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
    /^This removes:\n {2}the bridge’s data, .*\n {2}this machine at http:.*\nIt stays:\n {2}every file/,
  );
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
