/** `sallyport attach` while something happens to what it is attached to: the machine or its bridge is away for a moment, or the terminal is over. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { anew } from '../../bridge/cli/terminal-output.ts';
import { eventually } from '../kit/eventually.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { cleanEnvironment, programFile } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

let world: World;
let machine: MachineInWorld;
before(async () => {
  world = await openWorld();
  await writePolicy(join(world.folder, 'bridge-laptop'), { kinds: programs });
  machine = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
});
after(async () => await world?.[Symbol.asyncDispose]());

interface Attached extends AsyncDisposable {
  readonly terminal: string;
  type(text: string): void;
  sees(text: string): Promise<void>;
  shown(): string;
  errors(): string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
}

/** Opens a terminal that says back what it is given, and attaches to it. */
async function attached(): Promise<Attached> {
  const argv = ['sh', '-c', 'stty -echo; echo asking; while read word; do echo got-$word; done'];
  const { result } = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24, argv });
  const { terminal } = result as { terminal: string };
  const env = { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  const words = [programFile('bridge/main.ts'), 'attach', terminal];
  const child: ChildProcess = spawn(process.execPath, words, { env, stdio: 'pipe' });
  let [shown, errors] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const sees = async (text: string) => {
    await eventually(() => shown.includes(text) || Promise.reject(new Error(`${shown.slice(-300)} ${errors}`)));
  };
  const type = (text: string) => void child.stdin?.write(text);
  await sees('asking');
  return {
    ...{ terminal, type, sees, ended, shown: () => shown, errors: () => errors },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const status = async () => (await world.call<Machine>('GET', '/v1/machines/laptop')).status;

/** What is typed while `end` has ended the bridge, and until another one has started, is typed once. */
async function typesThrough(one: Attached, end: () => Promise<unknown>): Promise<void> {
  one.type('before\r');
  await one.sees('got-before');
  await end();
  one.type('away\r');
  const starting = machine.startBridge();
  one.type('soon\r');
  await starting;
  await one.sees('got-soon');
  one.type('after\r');
  await one.sees('got-after');
  // The screen that comes after an interruption has all of it again.
  assert.deepEqual(
    one
      .shown()
      .split(anew)
      .at(-1)
      ?.match(/got-\w+/g),
    ['got-before', 'got-away', 'got-soon', 'got-after'],
  );
  assert.equal(one.errors(), '');
}

test('a machine that is offline for a moment in mid-attach: what is typed meanwhile is typed once, and the attach goes on', async () => {
  await using one = await attached();
  await typesThrough(one, async () => {
    await machine.bridge().end('SIGTERM');
    await eventually(async () => (await status()) === 'offline');
  });
});

test('a bridge that is killed in mid-attach: what is typed meanwhile is typed once, and the attach goes on', async () => {
  await using one = await attached();
  await typesThrough(one, () => machine.bridge().end('SIGKILL'));
});

test('a terminal that somebody else closes in mid-attach: the attach says so, and ends as its program did', async () => {
  await using one = await attached();
  assert.equal((await machine.send('terminal-close', { terminal: one.terminal })).state, 'done');
  assert.equal(await one.ended, 129);
  assert.match(one.errors(), /^The terminal was ended by SIGHUP\.$/m);
});

test('a terminal that its machine does not know any more: the attach ends soon, and says that it is gone', async () => {
  await using one = await attached();
  await machine.bridge().end('SIGKILL');
  // As where somebody has put the data folder back from a backup.
  await rm(join(machine.data, 'sessions.json'));
  await machine.startBridge();
  const began = performance.now();
  one.type('into the void\r');
  assert.equal(await one.ended, 1);
  assert.match(one.errors(), /The terminal has ended: laptop does not know it any more/);
  assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
});

test('a machine that is removed in mid-attach: the attach ends at once, and says that the terminal is gone', async () => {
  await using one = await attached();
  await world.call('DELETE', '/v1/machines/laptop');
  const began = performance.now();
  assert.equal(await one.ended, 1);
  assert.match(one.errors(), /The terminal has ended: its machine was removed/);
  assert.ok(performance.now() - began < 15_000, `${performance.now() - began} ms`);
});
