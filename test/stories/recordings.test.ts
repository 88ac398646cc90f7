/** What a terminal showed is there later: listed, played and taken along by the command line, and read by nobody where terminals are not allowed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findPtys } from '../../bridge/keeper/pty.ts';
import { eventually } from '../kit/eventually.ts';
import { writePolicy } from '../kit/policy.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const run = promisify(execFile);

let world: World;
let machine: MachineInWorld;
let terminal: string;
const data = () => join(world.folder, 'bridge-laptop');
const kinds = { 'terminal-open': 'allow', 'terminal-close': 'allow' } as const;

before(async () => {
  world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await writePolicy(data(), { kinds });
  machine = await world.startMachine('laptop', [root]);
  const argv = ['sh', '-c', 'printf "gr\\303\\274n\\n"; sleep 1.2; echo done; seq 60000'];
  const args = { project: 'shop', cols: 60, rows: 20, title: 'Grows', argv };
  const { result, problem } = await machine.send('terminal-open', args);
  assert.equal(problem, undefined);
  terminal = (result as { terminal: string }).terminal;
  await eventually(async () => (await recorded()).endsWith('60000\\r\\n"]\n'), { timeoutMs: 20_000 });
});
after(async () => await world?.[Symbol.asyncDispose]());

const recorded = () => readFile(join(machine.data, 'recordings', `${terminal}.cast`), 'utf8');

/** Runs the command line to its end. */
async function sallyport(...args: string[]) {
  const env = { ...process.env, SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  const words = ['bridge/main.ts', ...args];
  return await run(process.execPath, words, { env, maxBuffer: 32 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('sallyport recordings lists what was recorded, with title, length and what ran', async () => {
  const { code, stdout, stderr } = await sallyport('recordings', '--json');
  assert.equal(code, 0, stderr);
  const [one, ...more] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([more, one.machine, one.terminal, one.title], [[], 'laptop', terminal, 'Grows']);
  assert.match(one.command, /^sh -c printf/);
  assert.ok(one.seconds > 1 && one.seconds < 30, String(one.seconds));
  assert.equal(one.bytes, Buffer.byteLength(await recorded()));
});

test('sallyport recordings play shows it again, at the pace that is wanted', async () => {
  const began = performance.now();
  const { code, stdout, stderr } = await sallyport('recordings', 'play', terminal, '--speed', '20');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^grün\r\ndone\r\n1\r\n2\r\n[\s\S]*59999\r\n60000\r\n$/);
  assert.ok(performance.now() - began < 20_000);
});

test('in a terminal, space pauses a recording and goes on, and q leaves with the screen as it was', async () => {
  const ptys = await findPtys();
  assert.ok('open' in ptys);
  let shown = '';
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const pty = ptys.open({
    ...{ file: process.execPath, args: ['bridge/main.ts', 'recordings', 'play', terminal], cwd: process.cwd() },
    ...{ env: { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key }, cols: 80, rows: 24 },
    ...{ onData: (bytes) => (shown += bytes.toString('utf8')), onExit: resolve },
  });
  const sees = (text: string) => eventually(() => shown.includes(text), { timeoutMs: 20_000 });
  await sees('grün');
  pty.write('  ');
  pty.write(' ');
  await delay(2000);
  assert.doesNotMatch(shown, /done/);
  pty.write(' ');
  await sees('done');
  pty.write('q');
  assert.equal(await ended, 130);
  assert.ok(shown.includes('\u001b[?25h'));
});

test('sallyport recordings export writes the file as it lies on the machine, over none that is there', async () => {
  const file = join(world.folder, 'taken.cast');
  assert.equal((await sallyport('recordings', 'export', terminal, file)).code, 0);
  assert.equal(await readFile(file, 'utf8'), await recorded());
  const again = await sallyport('recordings', 'export', terminal, file);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /is there already/);
  assert.equal((await sallyport('recordings', 'export', terminal)).stdout, await recorded());
});

test('of a project that allows no terminals any more, no recording is listed or read from away', async () => {
  for (const verdict of ['refuse', 'signed'] as const) {
    await writePolicy(data(), { kinds, projects: { shop: verdict } });
    assert.deepEqual(await machine.ask('recording-list', {}), { items: [] });
    await assert.rejects(machine.ask('recording-read', { terminal }), /policy-refused/);
  }
  await writePolicy(data(), { kinds, projects: { other: 'refuse' } });
  assert.equal((await machine.ask<{ items: unknown[] }>('recording-list', {})).items.length, 1);
});

test('where terminals are to be signed, a recording is read on the machine alone', async () => {
  await writePolicy(data(), { kinds: { ...kinds, 'terminal-open': 'signed' } });
  const listed = await sallyport('recordings');
  assert.match(listed.stderr, /policy-refused/);
  assert.equal(listed.stdout, '');
  await assert.rejects(machine.ask('recording-read', { terminal }), /policy-refused/);
});
