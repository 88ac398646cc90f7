/** The command `sallyport`: what it prints where, and how it exits. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { formatKey } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import { VERSION } from '#contract/version.ts';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const key = formatKey('spm', 'a'.repeat(30));

async function openCli() {
  const folder = await openTemporaryFolder();
  const home = join(folder.path, 'home');
  const cwd = join(folder.path, 'empty');
  await mkdir(home);
  await mkdir(cwd);
  const project = await makeSmallProject(join(folder.path, 'shop'));
  const data = ['--data', join(folder.path, 'data')];
  return {
    project,
    data,
    folder: folder.path,
    sallyport: (...args: string[]) => runProgram('bridge/main.ts', args, { HOME: home }, cwd),
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

for (const [argv, sentence] of [
  [['prjects'], /There is no command prjects; did you mean projects\?/],
  [['run', '--ulr', 'x'], /no option --ulr; did you mean --url\?/],
  [['run'], /This machine is not linked to a relay\. Link it: sallyport login https:\/\/RELAY/],
  [['run', '--url', 'http://relay.example', '--key', key], /is plain http/],
  [
    ['run', '--url', 'https://relay.example'],
    /The machine's key is missing\. Link this machine: sallyport login https:\/\/relay\.example\. /,
  ],
  [['run', '--url', 'https://relay.example', '--key', `${key}x`], /This is not a machine's key/],
  [['run', '--url', 'https://relay.example', '--key', key, '--key-file', 'x'], /not both/],
  [['run', '--url', 'https://relay.example', '--key-file', '/nowhere'], /Could not read the key file \/nowhere/],
  [['run', '--url', 'https://relay.example', '--key', key], /There is no project here/],
  [['run', '--url', 'https://relay.example', '--key', key, '--ca', '/nowhere'], /--ca: /],
  [['projects', 'frobnicate'], /projects takes add, ls, rm or --dry-run/],
  [['config'], /config takes only: show/],
] as const) {
  test(`sallyport ${argv.join(' ').replaceAll(key, 'KEY').slice(0, 70)} is a usage error, in one sentence`, async () => {
    await using cli = await openCli();
    const { code, stdout, stderr } = await cli.sallyport(...argv, ...(argv[0] === 'prjects' ? [] : cli.data));
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}

test('a file given as the data folder gets a sentence, not a stack trace', async () => {
  await using cli = await openCli();
  await writeFiles(cli.project, { 'a-file': 'x' });
  const { code, stderr } = await cli.sallyport('status', '--data', join(cli.project, 'a-file'));
  assert.equal(code, 2);
  assert.match(stderr, /^.*a-file cannot be the data folder: .*Choose another with --data\.\n$/);
});

test('--help and --version go to stdout', async () => {
  await using cli = await openCli();
  assert.equal((await cli.sallyport('--version')).stdout, `${VERSION}\n`);
  assert.match((await cli.sallyport('--help')).stdout, /sallyport run \[options\]/);
  const help = await cli.sallyport('run', '--help');
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--allow-insecure/);
});

test('projects --dry-run lists exactly what would be uploaded, and what stays here by which rule', async () => {
  await using cli = await openCli();
  await writeFiles(cli.project, {
    '.sallyportignore': '*.private.md\n',
    'specs/001-first-light/my.private.md': 'x',
    'specs/001-first-light/.env': 'KEY=1',
    'specs/001-first-light/dump.md': Buffer.alloc(limits.documentBodyBytesMax + 1),
  });
  const { code, stdout } = await cli.sallyport('projects', '--dry-run', '--json', ...cli.data, cli.project);
  assert.equal(code, 0);
  const [preview] = JSON.parse(stdout).projects;
  assert.equal(preview.documents.length, 9);
  assert.deepEqual(
    preview.documents
      .filter(({ body }: { body: string }) => body === 'omitted')
      .map(({ path }: { path: string }) => path),
    ['specs/001-first-light/dump.md'],
  );
  assert.deepEqual(preview.leftOut, [
    { path: 'specs/001-first-light/.env', rule: 'it never leaves the machine (built-in list)' },
    { path: 'specs/001-first-light/my.private.md', rule: '.sallyportignore: *.private.md' },
  ]);
  const text = await cli.sallyport('projects', '--dry-run', ...cli.data, cli.project);
  assert.match(text.stdout, /9 documents, .* would be uploaded/);
  assert.match(text.stdout, /stays here: specs\/001-first-light\/\.env/);
});

test('projects are added, listed and removed; their files are untouched', async () => {
  await using cli = await openCli();
  assert.equal((await cli.sallyport('projects', 'add', cli.project, ...cli.data)).code, 0);
  const inner = join(cli.project, 'inner');
  await makeSmallProject(inner);
  const refused = await cli.sallyport('projects', 'add', inner, ...cli.data);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /is inside/);
  const listed = JSON.parse((await cli.sallyport('projects', 'ls', '--json', ...cli.data)).stdout);
  assert.deepEqual(
    listed.projects.map(({ root, added }: { root: string; added: boolean }) => [root, added]),
    [[cli.project, true]],
  );
  assert.equal((await cli.sallyport('projects', 'rm', 'shop', ...cli.data)).code, 0);
  assert.equal((await cli.sallyport('projects', 'rm', 'shop', ...cli.data)).code, 2);
});

test('a run connects, says so in JSON lines, is seen by status, and stops within 2 s', async () => {
  await using cli = await openCli();
  await using relay = await openApi();
  const machine = await relay.api.createMachine('laptop');
  const keyFile = join(cli.folder, 'key');
  await writeFile(keyFile, `${machine.key}\n`);
  const args = ['run', '--url', relay.url, '--key-file', keyFile, ...cli.data, '--json', cli.project];
  await using bridge = startProgram('bridge/main.ts', args);
  assert.equal((await bridge.line(({ event }) => event === 'connected')).machine, machine.id);
  const { projects } = await bridge.line(({ event }) => event === 'synced');
  assert.deepEqual(
    (projects as { name: string; documents: number }[]).map(({ name, documents }) => [name, documents]),
    [['shop', 8]],
  );

  const second = await cli.sallyport(...args);
  assert.equal(second.code, 1);
  assert.match(second.stderr, new RegExp(`A bridge already runs on .*process ${bridge.child.pid}`));
  const status = await eventually(async () => {
    const { code, stdout } = await cli.sallyport('status', '--json', ...cli.data);
    const said = JSON.parse(stdout);
    return code === 0 && said.acknowledged !== null && said;
  });
  assert.equal(status.connected, true);
  assert.equal(status.acknowledged.seq, 1);
  const config = await cli.sallyport('config', 'show', '--json', ...cli.data);
  assert.doesNotMatch(config.stdout, new RegExp(machine.key));

  const began = performance.now();
  assert.equal(await bridge.end('SIGINT'), 0);
  assert.ok(performance.now() - began < 2000);
  assert.equal((await relay.ask<{ status: string }>('GET', '/v1/machines/laptop')).json.status, 'offline');
  const after = await cli.sallyport('status', ...cli.data);
  assert.equal(after.code, 1);
  assert.match(after.stdout, /^shop +8 documents/m, 'nobody watches it now');
});

test('the key and the address are kept for the next run, and a kept key goes to no other relay', async () => {
  await using cli = await openCli();
  await using relay = await openApi();
  const machine = await relay.api.createMachine('laptop');
  {
    await using bridge = startProgram(
      'bridge/main.ts',
      ['run', '--url', relay.url, ...cli.data, '--json', cli.project],
      { SALLYPORT_KEY: machine.key },
    );
    await bridge.line(({ event }) => event === 'synced');
    await bridge.end();
  }
  await using again = startProgram('bridge/main.ts', ['run', ...cli.data, '--json', cli.project]);
  await again.line(({ event }) => event === 'synced');
  await again.end();
  const elsewhere = await cli.sallyport('run', '--url', 'https://other.example', ...cli.data, cli.project);
  assert.equal(elsewhere.code, 2);
  assert.match(elsewhere.stderr, /is for http:\/\/127\.0\.0\.1/);
});

test('a second bridge with a copied key waits and says so, and the first one goes on', async () => {
  await using cli = await openCli();
  await using relay = await openApi();
  const machine = await relay.api.createMachine('laptop');
  const start = (data: string) =>
    startProgram('bridge/main.ts', [
      'run',
      '--url',
      relay.url,
      '--key',
      machine.key,
      '--data',
      join(cli.folder, data),
      '--json',
      cli.project,
    ]);
  await using first = start('one');
  await first.line(({ event }) => event === 'synced');
  await using second = start('two');
  const { why } = await second.line(({ event }) => event === 'trouble');
  assert.match(String(why), /Another bridge is connected as this machine/);
  const status = await cli.sallyport('status', '--data', join(cli.folder, 'two'));
  assert.match(status.stdout, /not connected: connecting .*Another bridge is connected as this machine/);
  await eventually(() => /Two bridges claim to be this machine/.test(first.errors()));
  const held = await cli.sallyport('status', '--data', join(cli.folder, 'one'));
  assert.match(held.stdout, /connected: live.*^! Two bridges claim to be this machine/ms);
  await writeFile(join(cli.project, 'specs/001-first-light/README.md'), specText('Still told'));
  const listed = `/v1/machines/${machine.id}/documents?q=told`;
  await eventually(async () => (await relay.ask<{ items: unknown[] }>('GET', listed)).json.items.length === 1);
  await first.end();
  assert.equal(first.child.exitCode, 0);
});

test('a bridge whose key is revoked stops with 3', async () => {
  await using cli = await openCli();
  await using relay = await openApi();
  const machine = await relay.api.createMachine('laptop');
  await using bridge = startProgram('bridge/main.ts', [
    'run',
    '--url',
    relay.url,
    '--key',
    machine.key,
    ...cli.data,
    '--json',
    cli.project,
  ]);
  await bridge.line(({ event }) => event === 'synced');
  await relay.ask('DELETE', `/v1/machines/${machine.id}`);
  await eventually(() => bridge.child.exitCode === 3, { timeoutMs: 15_000 });
  assert.match(bridge.errors(), /refuses this bridge permanently/);
});

test('completion: a shell completes commands, and the options of each', async () => {
  await using cli = await openCli();
  const { stdout: out, code } = await cli.sallyport('completion', 'bash');
  assert.equal(code, 0);
  const complete = async (line: string) => {
    const words = line.split(' ');
    const last = words.at(-1) ?? '';
    const ask = `COMP_LINE='${line}' COMP_CWORD=${words.length - 1}; _sallyport sallyport '${last}'; echo "\${COMPREPLY[*]}"`;
    const { stdout } = await promisify(execFile)('bash', ['-c', `${out}\n${ask}`]);
    return stdout.trim().split(' ');
  };
  assert.deepEqual(await complete('sallyport dev'), ['devices']);
  assert.deepEqual(await complete('sallyport send --if'), ['--if-rev']);
  assert.equal((await cli.sallyport('completion', 'tcsh')).code, 2);
  for (const shell of ['zsh', 'fish']) assert.match((await cli.sallyport('completion', shell)).stdout, /\bdevices\b/);
});

test('what the bridge says of its machine stands in lines of its own, and every sign of it can be read', async () => {
  await using cli = await openCli();
  const [, folder = ''] = cli.data;
  await mkdir(folder, { recursive: true });
  const conditions = [
    { topic: 'x', title: 'Watches are few.', hint: 'Raise the limit.', since: new Date().toISOString() },
  ];
  const status = { relay: 'https://relay.example', state: 'live', since: 'now', why: '', projects: [], conditions };
  await writeFile(join(folder, 'status.json'), JSON.stringify(status));
  const { stdout } = await cli.sallyport('status', ...cli.data);
  assert.match(stdout, /^! Watches are few\.\n {2}Raise the limit\.$/m);
});
