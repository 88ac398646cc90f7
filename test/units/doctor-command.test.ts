/** The command `sallyport doctor`: how it exits in each sort of trouble, and what it prints for programs. */
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatKey } from '#contract/key.ts';
import { checks } from '../../bridge/doctor/checks/index.ts';
import type { Examined } from '../../bridge/doctor/run-doctor.ts';
import { openApi } from '../kit/api.ts';
import { freePort } from '../kit/free-port.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
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
  const doctor = (...args: string[]) =>
    runProgram('bridge/main.ts', ['doctor', '--hold', '1', ...args], { HOME: home }, folder.path);
  return {
    doctor,
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
