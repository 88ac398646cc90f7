/** How children of the keeper end and how long they are kept, with real programs in this process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createChildren } from '../../bridge/keeper/children.ts';
import { lookForPtys, type PtyWanted } from '../../bridge/keeper/pty.ts';
import { eventually } from '../kit/eventually.ts';

const skip = process.platform === 'win32';
const dataFolder = '/nowhere';
const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' };
const wanted = (id: string, sort: 'pty' | 'pipes', line: string) => ({
  id,
  sort,
  cwd: '/',
  env,
  argv: ['/bin/sh', '-c', line],
});
const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a program that ignores SIGHUP is killed, with what it has started in groups of their own', { skip }, async () => {
  const children = createChildren({ dataFolder, toldMs: 0, untoldMs: 0, closeMs: 200 });
  const line = 'trap "" HUP; sleep 300 & echo job $!; while :; do sleep 0.1; done';
  for (const sort of ['pty', 'pipes'] as const) {
    // set -m gives each job a group of its own, as a shell at work does; it wants a terminal.
    await children.start(wanted(sort, sort, sort === 'pty' ? `set -m; ${line}` : line));
    const output = () => children.get(sort).ring.read(0, 1000)?.bytes.toString() ?? '';
    const job = await eventually(() => /job (\d+)/.exec(output())?.[1]);
    assert.equal((await children.close(sort)).signal, 'SIGKILL');
    await eventually(() => !isRunning(Number(job)));
  }
  // One that listens is not waited for.
  await children.start(wanted('polite', 'pipes', 'sleep 300'));
  assert.equal((await children.close('polite')).signal, 'SIGHUP');
});

test('a child is kept until it is forgotten, or for a while after a bridge was told of its end', { skip }, async () => {
  const children = createChildren({ dataFolder, toldMs: 0, untoldMs: 60_000, closeMs: 200 });
  await children.start(wanted('one', 'pipes', 'exit 3'));
  await eventually(() => children.get('one').end !== undefined);
  children.sweep();
  assert.equal(children.list()[0]?.end?.code, 3);
  children.told(children.get('one'));
  children.sweep();
  assert.equal(children.hasAny, false);
});

test('who asks for the children while one is being started is told of that one too', { skip }, async () => {
  const children = createChildren({ dataFolder, toldMs: 0, untoldMs: 60_000, closeMs: 200 });
  const starting = children.start(wanted('one', 'pipes', 'sleep 300'));
  const refused = children.start({ ...wanted('two', 'pipes', ''), argv: ['/no/such/program'] });
  refused.catch(() => undefined);
  assert.deepEqual(
    (await children.all()).map(({ id }) => id),
    ['one'],
  );
  await starting;
  await assert.rejects(refused);
  await children.close('one');
});

test('more terminals than a machine may have are refused, and one that ended makes room', { skip }, async () => {
  const children = createChildren({ dataFolder, toldMs: 0, untoldMs: 60_000, closeMs: 200 });
  const ids = Array.from({ length: limits.runsPerMachineMax }, (_, at) => `run-${at}`);
  await Promise.all(ids.map((id) => children.start(wanted(id, 'pipes', 'sleep 300'))));
  await assert.rejects(children.start(wanted('more', 'pipes', 'echo')), { code: 'too-many' });
  await children.close('run-0');
  await children.start(wanted('more', 'pipes', 'echo'));
  await Promise.all([...ids, 'more'].map((id) => children.close(id)));
});

test('where there is no binary, script(1) runs a terminal; where there is none either, that is said', {
  skip,
}, async () => {
  const load = () => Promise.reject(new Error('Cannot find module /home/kim/node_modules/pty.node'));
  const none = await lookForPtys(load, '/nowhere');
  assert.ok('trouble' in none);
  assert.match(
    none.trouble,
    /^No terminal can be had on \w+-\w+: .*no program called script\. Runs work\. \(.*pty\.node\)$/,
  );
  assert.doesNotMatch(none.trouble, /kim/);
  const found = await lookForPtys(load, process.env.PATH);
  if ('trouble' in found) return;
  assert.equal(found.way, 'script');
  const { promise, resolve } = Promise.withResolvers<unknown>();
  let said = '';
  const run: PtyWanted = {
    ...{ file: '/bin/sh', args: ['-c', 'stty size; test -t 0 && echo "$0"; read x; exit 5', "a b's"] },
    ...{ cwd: '/', env, cols: 61, rows: 17 },
    onData: (bytes) => {
      said += bytes.toString();
    },
    onExit: (code, signal) => resolve({ code, signal }),
  };
  const pty = found.open(run);
  await eventually(() => said.includes('a b'));
  pty.write('x\r');
  assert.deepEqual(await promise, { code: 5, signal: undefined });
  assert.match(said, /^17 61\r\na b's\r\n/);
});
