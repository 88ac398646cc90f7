/** A terminal on a machine, by curl's calls alone: keys go in, the screen comes out, and it outlives bridge, relay and the loss of what the relay had. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { RecordItem } from '#contract/record.ts';
import { thisBoot } from '../../bridge/system/boot.ts';
import { eventually } from '../kit/eventually.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { cleanEnvironment } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { keeperPid } from '../kit/sessions.ts';
import { Visitor } from '../kit/visitor.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

let world: World;
let machine: MachineInWorld;
before(async () => {
  world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  await writePolicy(data, { kinds: programs });
  machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
});
after(() => world?.[Symbol.asyncDispose]());

async function openTerminal(argv?: readonly string[]): Promise<Visitor> {
  const args = { project: 'shop', cols: 80, rows: 24, ...(argv && { argv }) };
  const { state, result, problem } = await machine.send('terminal-open', args);
  assert.equal(state, 'done', JSON.stringify(problem));
  return new Visitor(world.call, (result as { terminal: string }).terminal, 'one');
}

test('what is typed is done there and seen here, by two people in one terminal, each key once', async () => {
  const one = await openTerminal();
  const two = new Visitor(world.call, one.terminal, 'two');
  await one.type('echo a$((1+1))b\r');
  await one.until('a2b');
  await two.until('a2b');
  await two.type('echo c', '$((2+2))', 'd\r');
  await one.until('c4d');
  assert.equal(one.seen.split('c4d').length, 2);
  await two.type({ size: [100, 30] }, 'stty size\r');
  await one.until('30 100');
  const { state, result } = await machine.send('terminal-close', { terminal: one.terminal });
  assert.equal(state, 'done', JSON.stringify(result));
  await eventually(async () => {
    await one.read(0);
    return one.ended !== undefined;
  });
});

test('a terminal outlives its bridge: what was written meanwhile is seen, and what is typed later is done', async () => {
  const one = await openTerminal();
  await one.type('echo begun; sleep 2; echo d$((0+0))ne\r');
  await one.until(/; sleep[\s\S]*begun/);
  await machine.bridge().end('SIGKILL');
  await machine.startBridge();
  await one.until('d0ne');
  await one.type('echo again$((3*3))\r');
  await one.until('again9');
  await one.type('exit 3\r');
  await eventually(async () => {
    await one.read(0);
    return one.ended !== undefined;
  });
  assert.deepEqual(one.ended, { code: 3 });
});

test('a terminal outlives the relay, in the midst of typing: nothing is lost and nothing is doubled', async () => {
  const one = await openTerminal(['sh', '-c', 'stty -echo; cat']);
  for (let number = 0; number < 30; number++) {
    if (number === 10) await world.restartApi('SIGKILL');
    await one.type(`n${number}.\r`);
  }
  await one.until('n29.');
  const numbers = [...one.seen.matchAll(/n(\d+)\./g)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 30 }, (_, number) => number),
  );
});

test('the list says what was begun in a terminal last, also when it is over', async () => {
  const one = await openTerminal();
  const ran = async (line: string) => {
    const { meta } = await world.call<RecordItem>('GET', `/v1/machines/laptop/records/${one.terminal}`);
    return meta.ran === line;
  };
  await one.type('sleep 1.5; echo ov$((0+0))r\r');
  await eventually(() => ran('sleep 1.5'), { timeoutMs: 10_000 });
  await one.until('ov0r');
  assert.ok(await ran('sleep 1.5'));
  // Also what is soon over.
  await one.type('sleep 0.5\r');
  await eventually(() => ran('sleep 0.5'), { timeoutMs: 10_000 });
});

test('of a terminal that the machine took down, record, channel and command line say whether it was started again', async () => {
  const recordOf = ({ terminal }: Visitor) => world.call<RecordItem>('GET', `/v1/machines/laptop/records/${terminal}`);
  const lost = async (one: Visitor, reason: string) => {
    const { meta } = await eventually(async () => {
      const record = await recordOf(one);
      return record.state === 'ended' && record;
    });
    assert.equal(meta.reason, reason);
    await eventually(async () => {
      await one.read(0);
      return one.ended !== undefined;
    });
    assert.deepEqual(one.ended, { reason });
  };
  const killKeeper = async () => process.kill((await keeperPid(machine.data)) ?? assert.fail('no keeper'), 'SIGKILL');
  const one = await openTerminal(['cat']);
  await killKeeper();
  await lost(one, 'keeper-lost');
  const two = await openTerminal(['cat']);
  await machine.bridge().end('SIGKILL');
  await killKeeper();
  // As if the machine had another start by now.
  const file = join(machine.data, 'sessions.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as { sessions: { boot?: string }[] };
  assert.equal(kept.sessions.at(-1)?.boot, thisBoot());
  await writeFile(file, JSON.stringify({ sessions: kept.sessions.map((session) => ({ ...session, boot: 'before' })) }));
  await machine.startBridge();
  await lost(two, 'machine-restarted');
  const sallyport = async (...words: string[]) => {
    const env = { ...cleanEnvironment(), SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
    return await runProgram('bridge/main.ts', words, env, world.folder);
  };
  const { stdout } = await sallyport('terminals', '--all');
  assert.match(stdout, new RegExp(`${one.terminal} .*ended: the process that held it was lost`));
  assert.match(stdout, new RegExp(`${two.terminal} .*ended: the machine was restarted`));
  const { stderr } = await sallyport('attach', two.terminal);
  assert.match(stderr, /The terminal has ended: the machine was restarted\./);
});

test('however much a program writes, Ctrl-C is answered, and little of it is sent', async () => {
  const one = await openTerminal();
  await one.type('yes a long line of output that nobody can read\r');
  await one.until('nobody can read');
  await one.type('\u0003');
  await one.type('echo st$((1+1))pped\r');
  await one.until('st2pped');
});
