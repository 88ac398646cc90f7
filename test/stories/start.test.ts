/** The first minute: `npm start` brings everything up, says so, refuses what cannot be, and ends when it is told to. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { type Program, startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';

interface Started {
  readonly url: string;
  readonly signInLink: string;
  readonly apiKey: string;
  readonly machine: { readonly id: string; readonly name: string };
  readonly projects: readonly {
    readonly id: string;
    readonly name: string;
    readonly formats: readonly string[];
    readonly documents: number;
  }[];
}

/** `npm start -s -- --json …` with a home of its own, so that no registry of this machine's tools is found. */
function start(folder: string, args: readonly string[], data = 'data'): Program {
  return startProgram(
    'scripts/start.ts',
    ['--json', '--data', join(folder, data), ...args],
    { HOME: folder, USERPROFILE: folder },
    folder,
  );
}

test('one line of JSON, once every document is up, is all that stands on stdout, and its key works', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await using program = start(folder.path, ['--port', String(await freePort()), '--name', 'laptop', root]);

  const line = (await program.line((found) => 'projects' in found, 60_000)) as unknown as Started;

  assert.equal(line.machine.name, 'laptop');
  assert.deepEqual(
    line.projects.map(({ name, formats, documents }) => ({ name, formats, documents })),
    [{ name: 'shop', formats: ['lean-spec', 'spec-workflow'], documents: 8 }],
  );
  assert.equal(new URL(line.signInLink).origin, line.url);
  const documents = await fetch(`${line.url}/v1/machines/laptop/documents`, {
    headers: { authorization: `Bearer ${line.apiKey}` },
  });
  assert.equal(((await documents.json()) as { items: unknown[] }).items.length, 8);
  assert.equal(program.lines.length, 1);
});

test('Ctrl-C ends the relay and the bridge within 2 s, and a second start finds everything again', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const port = String(await freePort());
  const first = start(folder.path, ['--port', port, root]);
  const before = (await first.line((found) => 'projects' in found, 60_000)) as unknown as Started;

  const asked = performance.now();
  const code = await first.end('SIGINT');

  assert.ok(performance.now() - asked < 2000, 'took longer than 2 s');
  assert.equal(code, 0, first.errors());
  await using second = start(folder.path, ['--port', port, root]);
  const after = (await second.line((found) => 'projects' in found, 60_000)) as unknown as Started;
  assert.deepEqual([after.machine, after.apiKey, after.projects], [before.machine, before.apiKey, before.projects]);
});

test('a start on a port that is taken says so and stops', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const port = String(await freePort());
  await using running = start(folder.path, ['--port', port, root]);
  await running.line((found) => 'projects' in found, 60_000);

  const samePort = start(folder.path, ['--port', port, root], 'other');
  await eventually(() => samePort.child.exitCode !== null);
  assert.equal(samePort.child.exitCode, 1);
  assert.match(samePort.errors(), new RegExp(`port ${port}`, 'i'));
});

test('with no project anywhere it makes a small sample, and the first minute shows something alive', async () => {
  await using folder = await openTemporaryFolder();
  await using program = start(folder.path, ['--port', String(await freePort())]);

  const line = (await program.line((found) => 'projects' in found, 60_000)) as unknown as Started;

  assert.deepEqual(
    line.projects.map(({ name }) => name),
    ['sample'],
  );
  assert.match(
    await readFile(join(folder.path, 'data/sample/specs/001-look-around/README.md'), 'utf8'),
    /status: in-progress/,
  );
});

test('an option that is not there, and a folder that is not there, get one sentence each', async () => {
  await using folder = await openTemporaryFolder();
  const typo = start(folder.path, ['--prot', '1']);
  await eventually(() => typo.child.exitCode !== null);
  assert.equal(typo.child.exitCode, 2);
  assert.match(typo.errors(), /did you mean --port/);

  const missing = start(folder.path, ['--port', String(await freePort()), join(folder.path, 'nowhere')]);
  await eventually(() => missing.child.exitCode !== null);
  assert.equal(missing.child.exitCode, 2);
  assert.match(missing.errors(), /nowhere/);
});

test('a bridge that is killed comes back by itself, and the relay and what it holds were there all the time', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await using program = start(folder.path, ['--port', String(await freePort()), '--name', 'laptop', root]);
  const { url, apiKey } = (await program.line((found) => 'projects' in found, 60_000)) as unknown as Started;
  const ask = (path: string) => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${apiKey}` } });
  const [bridge = 0] = childrenOf(program.child.pid);

  process.kill(bridge, 'SIGKILL');

  await eventually(() => /The bridge has ended \(SIGKILL\).*starts again/.test(program.errors()));
  assert.equal((await ask('/v1/machines/laptop/documents')).status, 200);
  const again = await eventually(() => childrenOf(program.child.pid).find((pid) => pid !== bridge));
  await writeFiles(root, { 'specs/009-after/README.md': '---\nstatus: planned\ncreated: 2026-01-01\n---\n# After\n' });
  await eventually(async () =>
    (await (await ask('/v1/machines/laptop/documents?spec=009-after')).text()).includes('After'),
  );
  assert.notEqual(again, bridge);
});

test('a machine that was removed in the app leaves the relay running, with a sentence that says what to do', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await using program = start(folder.path, ['--port', String(await freePort()), '--name', 'laptop', root]);
  const { url, apiKey } = (await program.line((found) => 'projects' in found, 60_000)) as unknown as Started;
  const headers = { authorization: `Bearer ${apiKey}` };

  await fetch(`${url}/v1/machines/laptop`, { method: 'DELETE', headers });

  await eventually(() => /goes on without a bridge.*delete .*bridge/.test(program.errors()));
  assert.equal((await fetch(`${url}/v1/machines`, { headers })).status, 200);
  assert.equal(program.child.exitCode, null);
});

/** The processes that a process has started. */
function childrenOf(pid = 0): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((found) => Number(found?.[2]) === pid && found?.[3]?.includes('bridge/main.ts'))
    .map((found) => Number(found?.[1]));
}

test('a second start tells where the first one runs, with a fresh link, and commands need no address there', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await using first = start(folder.path, ['--port', String(await freePort()), '--name', 'laptop', root]);
  const running = (await first.line((found) => 'projects' in found, 60_000)) as unknown as Started;

  await using second = start(folder.path, ['--port', '0', root]);
  const told = await second.line((found) => 'running' in found, 30_000);
  assert.deepEqual([told.url, told.running], [running.url, first.child.pid]);
  assert.match(String(told.signInLink), /#\/sign-in\//);
  assert.notEqual(told.signInLink, running.signInLink);
  await eventually(() => second.child.exitCode === 0);
  assert.match(second.errors(), /sallyport projects add/);

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../../scripts/sallyport.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder.path, SALLYPORT_DATA: join(folder.path, 'data') },
    });
  assert.match(run('machines', '--json').stdout, /"name":"laptop"/);
  assert.match(run('sign-in-link').stdout, /^http:\/\/127\.0\.0\.1:\d+\/#\/sign-in\/\S+\n$/);
  assert.equal(run('unheardof').status, 2);

  first.child.kill('SIGINT');
  await eventually(() => first.child.exitCode !== null);
  const alone = run('machines');
  assert.deepEqual([alone.status, alone.stdout], [2, '']);
  assert.match(alone.stderr, /Start one here with npm start/);
});

test('npm start says its version and its help with examples', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../../scripts/start.ts'), ...args], { encoding: 'utf8' });
  assert.match(run('--version').stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match(run('--help').stdout, /Examples:\n {2}npm start\n/);
});
