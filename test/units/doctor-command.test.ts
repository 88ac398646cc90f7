/** The command `sallyport doctor`: how it exits in each sort of trouble, and what it prints for programs. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatKey } from '#contract/key.ts';
import { checks } from '../../bridge/doctor/checks/index.ts';
import type { Examined } from '../../bridge/doctor/run-doctor.ts';
import { openApi } from '../kit/api.ts';
import { openSquid } from '../kit/fault-proxy.ts';
import { freePort } from '../kit/free-port.ts';
import { openMeddler } from '../kit/meddler.ts';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

interface Printed {
  readonly ok: boolean;
  readonly at: string;
  readonly checks: readonly Examined[];
}

const key = formatKey('spm', 'a'.repeat(30));

/** Runs it on a machine that has nothing yet but a folder of its own. */
async function openDoctor() {
  const folder = await openTemporaryFolder();
  const home = join(folder.path, 'home');
  await mkdir(home);
  const run = (...args: string[]) => runProgram('bridge/main.ts', args, { HOME: home }, folder.path);
  const doctor = (...args: string[]) => run('doctor', '--hold', '1', ...args);
  return {
    folder: folder.path,
    run,
    doctor,
    start: (args: readonly string[], env: Record<string, string>) =>
      startProgram('bridge/main.ts', args, { HOME: home, ...env }, folder.path),
    json: async (...args: string[]) => {
      const { code, stdout, stderr } = await doctor('--json', ...args);
      return { code, stderr, stdout, ...(JSON.parse(stdout) as Printed) };
    },
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

const failedOf = (printed: Printed) => printed.checks.filter(({ state }) => state === 'fail').map(({ name }) => name);

test('a machine that is linked to no relay exits with 1, and is told how to link it', async () => {
  await using machine = await openDoctor();
  const { code, stdout } = await machine.doctor();
  assert.equal(code, 1);
  assert.match(stdout, /✗ Address +This machine is not linked to a relay\./);
  assert.match(stdout, /sallyport login https:\/\/RELAY/);
  assert.match(stdout, /\nWrong: Address\.\n$/);
});

test('a network without the relay exits with 4', async () => {
  await using machine = await openDoctor();
  const printed = await machine.json('--url', `http://127.0.0.1:${await freePort()}`, '--key', key);
  assert.equal(printed.code, 4, printed.stderr);
  assert.equal(printed.ok, false);
  assert.deepEqual(failedOf(printed), ['connection']);
});

test('a key that the relay does not know exits with 3', async () => {
  await using relay = await openApi();
  await using machine = await openDoctor();
  const printed = await machine.json('--url', relay.url, '--key', key);
  assert.equal(printed.code, 3, printed.stderr);
  assert.deepEqual(failedOf(printed), ['key']);
  assert.ok(!printed.stdout.includes(key), 'the key is printed');
});

test('where nothing is wrong it exits with 0 and prints each check once, in order, with when it ran', async () => {
  await using relay = await openApi();
  const own = await relay.api.createMachine('laptop');
  await using machine = await openDoctor();
  const printed = await machine.json('--url', relay.url, '--key', own.key);
  assert.deepEqual(failedOf(printed), []);
  assert.equal(printed.code, 0, printed.stderr);
  assert.equal(printed.ok, true);
  assert.ok(Math.abs(Date.parse(printed.at) - Date.now()) < 60_000);
  assert.deepEqual(
    printed.checks.map(({ name }) => name),
    checks.map(({ name }) => name),
  );
  assert.ok(!printed.stdout.includes(own.key), 'the key is printed');
});

test('a relay of another edition exits with 6, as a bridge there would', async () => {
  await using relay = await openApi();
  await using other = await openMeddler(relay.url, () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    answer: '{"p":"sallyport/9"}',
  }));
  await using machine = await openDoctor();
  assert.equal((await machine.json('--url', other.url, '--key', key)).code, 6);
});

test('lines to copy are for the data folder that was examined', async () => {
  await using machine = await openDoctor();
  const { stdout } = await machine.doctor('--data', 'my data');
  const folder = `--data '[^']*/my data'`;
  for (const line of ['login https://RELAY', 'run', 'service install', 'projects add FOLDER'])
    assert.match(stdout, new RegExp(`^ +sallyport ${line} ${folder}$`, 'm'));
});

test('a login that does not come through says how to see what is in the way; status says what to do first', async () => {
  await using machine = await openDoctor();
  const url = `http://127.0.0.1:${await freePort()}`;
  const failed = await machine.run('login', url, '--data', 'd');
  assert.equal(failed.code, 4);
  assert.match(
    failed.stderr,
    new RegExp(`To see what is in the way: sallyport doctor --url ${url} --data \\S+/d$`, 'm'),
  );
  assert.match(
    (await machine.run('status')).stdout,
    /no bridge is running\. To link this machine: sallyport login https/,
  );
});

test('a bridge that takes another way than this terminal is told, with the setting to copy', {
  skip: needs('squid'),
}, async () => {
  await using relay = await openApi(['--allowed-host', 'relay.example']);
  const { port } = new URL(relay.url);
  const own = await relay.api.createMachine('laptop');
  await using machine = await openDoctor();
  const project = await makeSmallProject(join(machine.folder, 'shop'));
  // Only the proxy knows this name, and it is the relay to it.
  await using proxy = await openSquid(`127.0.0.1 relay.example\n`);
  const settings = ['--url', `http://relay.example:${port}`, '--key', own.key, '--allow-insecure', '--data', 'd'];
  await using bridge = machine.start(['run', ...settings, '--json', project], { HTTP_PROXY: proxy.proxy.url.origin });
  await bridge.line(({ event }) => event === 'connected', 30_000);
  const { checks } = await machine.json(...settings);
  const told = checks.find(({ name }) => name === 'proxy');
  assert.match(
    told?.says ?? '',
    /^In this terminal: directly\. The running bridge \(process \d+\) takes another way: http/,
  );
  assert.equal(told && 'fix' in told && told.fix?.copy, `export HTTP_PROXY=${proxy.proxy.url.origin}`);
});
