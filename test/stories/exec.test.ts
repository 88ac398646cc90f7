/** Commands and terminals of a machine, with real processes: by curl as in the README, by the command line, and through the death of the bridge. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { CommandRecord } from '#contract/command.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { RecordItem } from '#contract/record.ts';
import { eventually } from '../kit/eventually.ts';
import { programFile } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { readmeCommands } from '../kit/readme-commands.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const run = promisify(execFile);
type Result = ResultOf<'exec'>;

let world: World;
let machine: MachineInWorld;
before(async () => {
  world = await openWorld();
  machine = await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
});
after(async () => await world[Symbol.asyncDispose]());

/** The command of the README under a comment that begins so. */
async function curl(title: string, more: Record<string, string> = {}): Promise<string> {
  const [comment, text] = [...(await readmeCommands())].find(([one]) => one.startsWith(title)) ?? [];
  assert.ok(comment && text, `the README has no command "${title}"`);
  const policy = /policy\.json on the machine has: (.*)$/.exec(comment)?.[1];
  if (policy !== undefined) await writeFile(join(machine.data, 'policy.json'), policy);
  const env = { ...process.env, URL: world.url, KEY: world.key, MACHINE: 'laptop', PROJECT: 'shop', ...more };
  return (
    await run('bash', ['-c', text.replace('curl -sN', 'curl -sN --max-time 2')], { env }).catch(
      // A stream is cut by the time limit.
      (error: { stdout: string }) => error,
    )
  ).stdout;
}

const exec = (body: object, expected?: number) =>
  world.call<Result & { code?: string; command?: string }>('POST', '/v1/machines/laptop/exec?wait=20', body, expected);

test('the default policy refuses to run anything', async () => {
  assert.equal((await exec({ project: 'shop', argv: ['true'] }, 403)).code, 'policy-refused');
  const opened = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24 });
  assert.equal(opened.state, 'refused');
});

test('where the policy wants a signature, curl hears that, and not that only the owner can change it', async () => {
  await writeFile(join(machine.data, 'policy.json'), JSON.stringify({ kinds: { exec: 'signed' } }));
  const { code, hint } = (await exec({ project: 'shop', argv: ['true'] }, 403)) as { code?: string; hint?: string };
  assert.equal(code, 'signature-needed');
  assert.match(hint ?? '', /device whose key is pinned/);
});

test('by curl as in the README: one request answers exit code, stdout and stderr of a command', async () => {
  const { exitCode, stdout, stderr } = JSON.parse(await curl('run a command there'));
  assert.deepEqual([exitCode, stdout, stderr], [7, 'out\n', 'err\n']);
  const exact = await exec({ project: 'shop', argv: ['sh', '-c', 'echo a; echo b >&2; exit 7'] });
  assert.deepEqual([exact.exitCode, exact.stdout, exact.stderr], [7, 'a\n', 'b\n']);
  assert.equal((await exec({ project: 'shop', argv: ['no-such-program'] }, 422)).code, 'program-not-found');
});

test('by curl as in the README: a terminal is opened, typed into and seen', async () => {
  const opened = JSON.parse(await curl('open a terminal there')) as CommandRecord;
  assert.equal(opened.state, 'done', JSON.stringify(opened.problem));
  const { terminal } = opened.result as { terminal: string };
  assert.equal(JSON.parse(await curl('type into it', { TERMINAL: terminal })).code, undefined);
  const told = await eventually(async () => {
    const seen = await curl('see what it shows', { TERMINAL: terminal });
    return /^data: .*$/m.test(seen) && seen;
  });
  assert.match(told, /event: (entry|control)/);
  const closed = await machine.send('terminal-close', { terminal });
  assert.equal(closed.state, 'done');
  const record = await eventually(async () => {
    const one = await world.call<RecordItem>('GET', `/v1/machines/laptop/records/${terminal}`);
    return one.state === 'ended' && one;
  });
  assert.equal(record.kind, 'terminal');
});

/** Runs the command line to its end. */
async function sallyport(...args: string[]) {
  const env = { ...process.env, SALLYPORT_URL: world.url, SALLYPORT_API_KEY: world.key };
  const words = [programFile('bridge/main.ts'), ...args];
  const cwd = join(import.meta.dirname, '../..');
  return await run(process.execPath, words, { env, cwd, encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: Buffer; stderr: Buffer }) => error,
  );
}

test('sallyport exec is as if the program ran here: both outputs, byte by byte, and the exit code', async () => {
  const words = ['exec', '--project', 'shop', '--', 'sh', '-c'];
  const both = await sallyport(...words, 'echo a; echo b >&2; exit 7');
  assert.deepEqual([both.code, String(both.stdout), String(both.stderr)], [7, 'a\n', 'b\n']);
  const bytes = await sallyport(...words, "printf 'a\\377b'; seq 400000");
  const numbers = Array.from({ length: 400_000 }, (_, at) => `${at + 1}\n`).join('');
  assert.ok(bytes.stdout.equals(Buffer.concat([Buffer.from([97, 0xff, 98]), Buffer.from(numbers)])));
  const late = await sallyport('exec', '--project', 'shop', '--timeout', '1', '-c', 'echo begun; exec sleep 60');
  assert.deepEqual([late.code, String(late.stdout)], [124, 'begun\n']);
  const runs = await sallyport('runs', '--all', '--json');
  assert.ok(String(runs.stdout).trim().split('\n').length >= 5);
});

test('one run too many is told with those that run, and sallyport stop makes room for it', async () => {
  const line = 'echo begun; exec sleep 600';
  const post = async () =>
    await world.call<{ command: string }>('POST', '/v1/machines/laptop/exec?wait=0', {
      project: 'shop',
      command: line,
    });
  const commands = await Promise.all(Array.from({ length: limits.runsPerMachineMax }, post));
  const running = async () =>
    (await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=run&state=running')).items;
  await eventually(async () => (await running()).length === limits.runsPerMachineMax);
  const told = (await exec({ project: 'shop', argv: ['true'] }, 409)) as {
    code?: string;
    detail?: string;
    hint?: string;
  };
  assert.equal(told.code, 'too-many-runs');
  const ids = (await running()).map(({ id }) => id);
  for (const id of ids) assert.ok(told.detail?.includes(`${id} (${line})`));
  assert.match(told.hint ?? '', /sallyport stop ID/);
  const refused = await sallyport('exec', '--project', 'shop', '--', 'true');
  assert.equal(refused.code, 1);
  for (const word of [...ids, 'sallyport stop ID']) assert.ok(String(refused.stderr).includes(word));

  const stopped = await sallyport('stop', ids[0] ?? '');
  assert.deepEqual([stopped.code, String(stopped.stdout)], [0, `Stopped: ${line}\n`], String(stopped.stderr));
  assert.equal((await exec({ project: 'shop', argv: ['true'] })).exitCode, 0);
  await Promise.all(commands.map(({ command }) => world.call('POST', `${command}/cancel`).catch(() => undefined)));

  const opened = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24, argv: ['cat'] });
  const { terminal } = opened.result as { terminal: string };
  assert.equal((await sallyport('stop', terminal)).code, 0);
  const again = await sallyport('stop', terminal);
  assert.deepEqual([again.code, String(again.stderr)], [0, 'It has ended already.\n']);
});

test('a bridge that is killed in mid-run settles the command with its true result', async () => {
  const body = { kind: 'exec', args: { project: 'shop', command: 'sleep 2; echo done; exit 5' } };
  const { id } = await world.call<CommandRecord>('POST', '/v1/machines/laptop/commands', body);
  await eventually(async () => {
    const { items } = await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=run');
    return items.some(({ meta, state }) => meta.command === id && state === 'running');
  });
  await machine.bridge().end('SIGKILL');
  await machine.startBridge();
  const { state, result, problem } = await world.call<CommandRecord>(
    'GET',
    `/v1/machines/laptop/commands/${id}?wait=20`,
  );
  assert.equal(state, 'done', JSON.stringify(problem));
  assert.deepEqual([(result as Result).exitCode, (result as Result).stdout], [5, 'done\n']);
});

test('what runs is stopped by a cancellation', async () => {
  const runsOn = await world.call<{ command: string; state: string }>('POST', '/v1/machines/laptop/exec?wait=0', {
    project: 'shop',
    command: 'exec sleep 60',
  });
  await eventually(async () => {
    const { items } = await world.call<{ items: RecordItem[] }>('GET', '/v1/machines/laptop/records?kind=run');
    return items.some(({ meta, state }) => runsOn.command.endsWith(String(meta.command)) && state === 'running');
  });
  await world.call('POST', `${runsOn.command}/cancel`);
  const { state, result } = await world.call<CommandRecord>('GET', `${runsOn.command}?wait=20`);
  assert.deepEqual([state, (result as Result).stopped, (result as Result).signal], ['done', true, 'SIGTERM']);
});
