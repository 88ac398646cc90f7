/** `sallyport open` and `attach` where people use them, in a terminal: raw while attached, with its size, and as it was once they have left. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { RecordItem } from '#contract/record.ts';
import { findPtys } from '../../bridge/keeper/pty.ts';
import { eventually } from '../kit/eventually.ts';
import { writePolicy } from '../kit/policy.ts';
import { cleanEnvironment, programFile } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld, type World } from '../kit/world.ts';

const run = promisify(execFile);

let world: World;
before(async () => {
  world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  await writePolicy(data, { kinds: { 'terminal-open': 'allow' } });
  await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
});
after(async () => await world?.[Symbol.asyncDispose]());

/** A terminal in which a shell runs a line and notes the terminal's modes before and after it. */
async function openLocal(line: string, cols: number, rows: number) {
  const ptys = await findPtys();
  assert.ok('open' in ptys);
  const script = `tty > tty; stty -g > before; ${line}; echo "left with $?"; stty -g > after`;
  let shown = '';
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const pty = ptys.open({
    ...{ file: '/bin/sh', args: ['-c', script], cwd: world.folder, cols, rows },
    env: { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key, NODE: process.execPath },
    ...{ onData: (bytes) => (shown += bytes.toString('utf8')), onExit: () => resolve() },
  });
  const sees = async (text: string) =>
    await eventually(() => shown.includes(text) || Promise.reject(new Error(shown.slice(-300))), { timeoutMs: 30_000 });
  return { pty, sees, ended, shown: () => shown };
}

const noted = (name: string) => readFile(join(world.folder, name), 'utf8');

/** Says what the terminal does with keys now. */
async function modes(): Promise<string> {
  return (await run('stty', ['-a', '-F', (await noted('tty')).trim()])).stdout;
}

async function terminals(): Promise<readonly RecordItem[]> {
  return (await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=terminal')).items;
}

const skip = process.platform === 'linux' ? false : 'stty names another terminal in another way there';

test('open takes every key raw, follows the size of the window, and ~. leaves the terminal as it was; attach goes on', {
  skip,
}, async () => {
  const sallyport = `"$NODE" ${programFile('bridge/main.ts')}`;
  const first = await openLocal(`${sallyport} open laptop --project shop -- sh`, 90, 25);
  await first.sees('Attached.');
  first.pty.write('echo a$((1+1))b\r');
  await first.sees('a2b');
  const raw = await modes();
  for (const mode of ['-icanon', '-echo', '-isig', '-ixon']) assert.match(raw, new RegExp(`(?:^|\\s)${mode}\\b`));
  first.pty.write('stty size\r');
  await first.sees('25 90');
  first.pty.resize(100, 30);
  await eventually(async () => (await terminals()).some(({ meta }) => meta.cols === 100 && meta.rows === 30));
  first.pty.write('stty size\r');
  await first.sees('30 100');
  // It interrupts what runs there, and nothing here.
  first.pty.write('sleep 600\r');
  await eventually(async () => (await terminals()).some(({ meta }) => meta.ran === 'sleep 600'));
  first.pty.write('\u0003');
  first.pty.write('echo c$((2+2))d\r');
  await first.sees('c4d');
  assert.notEqual(await modes(), await noted('before'));
  first.pty.write('~.');
  await first.ended;
  await first.sees('left with 0');
  assert.equal(await noted('after'), await noted('before'));
  assert.ok(first.shown().includes('\u001b[?1049l'));
  const [{ id, state } = { id: '', state: '' }] = await terminals();
  assert.equal(state, 'running');

  const again = await openLocal(`${sallyport} attach ${id}`, 70, 20);
  await again.sees('c4d');
  // Who only looks resizes nobody, also when the window changes.
  again.pty.resize(71, 21);
  again.pty.resize(70, 20);
  await eventually(async () => (await terminals())[0]?.meta.readers !== undefined);
  assert.deepEqual([(await terminals())[0]?.meta.cols, (await terminals())[0]?.meta.rows], [100, 30]);
  again.pty.write('stty size\r');
  await again.sees('20 70');
  again.pty.write('exit 3\r');
  await again.ended;
  await again.sees('left with 3');
  assert.equal(await noted('after'), await noted('before'));
});
