/** A project that somebody else has written: its settings and lists neither hang the bridge nor let anything leave, and what is not read is said. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Condition } from '#contract/condition.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';

const spec = 'specs/001-first-light/README.md';

/** A small project with more in it, and its machine at a relay of the test. */
async function openWith(make: (root: string) => Promise<unknown>) {
  const stack = new AsyncDisposableStack();
  const relay = stack.use(await openApi());
  const machine = stack.use(
    await openBridge(relay, {
      make: async (root) => {
        await makeSmallProject(root);
        await make(root);
      },
    }),
  );
  await machine.event('synced');
  const conditions = async () => {
    const { json } = await relay.ask<{ conditions?: readonly Condition[] }>('GET', `/v1/machines/${machine.machine}`);
    return json.conditions ?? [];
  };
  return {
    root: machine.root,
    documents: machine.documents,
    conditions,
    /** The condition of a topic, as people get it. */
    condition: (topic: string) =>
      eventually(async () => (await conditions()).find((one) => one.topic === topic), { timeoutMs: 20_000 }),
    ask: relay.ask,
    machine: machine.machine,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const token = `${'ghp_'}aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6`;

test('beside a spec lie secrets, archives and what git ignores: names are listed, contents stay', async () => {
  await using world = await openWith((root) =>
    writeFiles(root, {
      '.git/HEAD': 'ref: refs/heads/main\n',
      '.gitignore': 'specs/**/scratch.txt\n.spec-workflow/\n',
      'specs/001-first-light/.env': 'PASSWORD=hunter2\n',
      'specs/001-first-light/Prod.ENV': 'PASSWORD=hunter2\n',
      'specs/001-first-light/scratch.txt': 'mine alone\n',
      'specs/001-first-light/notes.txt': 'for everybody\n',
      'specs/001-first-light/data.bin': Buffer.from([1, 2, 3]),
      'specs/001-first-light/DEPLOY.md': `# How to deploy\n\nUse ${token}.\n`,
    }),
  );

  const documents = await world.documents();

  const at = (name: string) => documents.get(`specs/001-first-light/${name}`)?.body;
  assert.deepEqual(['.env', 'Prod.ENV', 'scratch.txt', 'notes.txt', 'data.bin', 'DEPLOY.md'].map(at), [
    undefined,
    undefined,
    undefined,
    'held',
    'omitted',
    'omitted',
  ]);
  assert.ok(
    [...documents.keys()].some((path) => path.startsWith('.spec-workflow/')),
    'git ignores no document',
  );
  const deploy = await world.ask<{ title?: string; meta: { withheld?: string } }>(
    'GET',
    `/v1/machines/${world.machine}/documents/shop/specs/001-first-light/DEPLOY.md`,
  );
  assert.match(String(deploy.json.meta.withheld), /GitHub token/);
  assert.ok(!JSON.stringify(deploy.json).includes('ghp_') && deploy.json.title === undefined);
  const read = await world.ask('POST', `/v1/machines/${world.machine}/queries`, {
    body: { kind: 'file-read', args: { project: 'shop', path: 'specs/001-first-light/DEPLOY.md' } },
  });
  assert.equal(read.json.code, 'withheld', 'nor is it read by a query');

  await writeFiles(world.root, { '.sallyport/upload': '*.bin\n' });
  await eventually(async () => (await world.documents()).get('specs/001-first-light/data.bin')?.body === 'held');
  await writeFile(join(world.root, 'specs/001-first-light/DEPLOY.md'), '# How to deploy\n\nAsk.\n');
  await eventually(async () => (await world.documents()).get('specs/001-first-light/DEPLOY.md')?.body === 'held');
});

test('a file with a second name is not read, for its other name may lie outside, and this is said', async () => {
  await using world = await openWith(async (root) => {
    await writeFile(join(root, '..', 'outside.md'), '# Outside\n');
    await link(join(root, '..', 'outside.md'), join(root, 'specs/001-first-light/LINK.md'));
  });
  assert.equal((await world.documents()).get('specs/001-first-light/LINK.md'), undefined);
  assert.match((await world.condition('hard-links')).title, /LINK\.md has a second name/);
});

for (const [what, make] of Object.entries<(file: string) => Promise<unknown> | unknown>({
  'a link': (file) => symlink('/dev/zero', file),
  'a FIFO': (file) => execFileSync('mkfifo', [file]),
  'a megabyte of rules': (file) => writeFile(file, 'x/*/y\n'.repeat(180_000)),
  'a rule of stars': (file) => writeFile(file, `${'*a'.repeat(30)}\n`),
}))
  test(`an ignore file that is ${what} lets nothing leave, says so, and is mended at once`, async () => {
    await using world = await openWith((root) => Promise.resolve(make(join(root, '.sallyportignore'))));
    assert.equal((await world.documents()).size, 0);
    assert.match((await world.condition('list-refused')).title, /\.sallyportignore is refused/);
    await rm(join(world.root, '.sallyportignore'));
    await eventually(async () => (await world.documents()).has(spec));
    await eventually(async () => (await world.conditions()).length === 0, { timeoutMs: 20_000 });
  });

test('settings that are a device, or 40,000 keys, leave the defaults and are told', async () => {
  await using world = await openWith(async (root) => {
    await mkdir(join(root, '.lean-spec'));
    await symlink('/dev/zero', join(root, '.lean-spec/config.json'));
  });
  assert.ok((await world.documents()).has(spec));
  assert.match((await world.condition('settings-refused')).title, /config\.json is not read/);
  await rm(join(world.root, '.lean-spec/config.json'));
  const keys = Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`).join('\n');
  await writeFile(join(world.root, '.lean-spec/config.yaml'), keys);
  await eventually(async () => /config\.yaml/.test((await world.condition('settings-refused')).title), {
    timeoutMs: 20_000,
  });
});

test('a specs folder that is a link, and folders of spec-kit, are said with the next step', async () => {
  await using world = await openWith(async (root) => {
    await writeFiles(root, {
      '.specify/memory/constitution.md': '# Rules\n',
      'specs/007-of-spec-kit/spec.md': '# Of spec-kit\n',
      'specs/007-of-spec-kit/plan.md': '# Plan\n',
    });
  });
  assert.ok(![...(await world.documents()).keys()].some((path) => path.includes('007-of-spec-kit')));
  assert.match((await world.condition('spec-kit')).title, /specs\/007-of-spec-kit.*does not read/);
  await rename(join(world.root, 'specs'), join(world.root, '..', 'moved'));
  await symlink(join(world.root, '..', 'moved'), join(world.root, 'specs'));
  const linked = await world.condition('folder-is-a-link');
  assert.match(linked.hint, /sallyport projects add/);
});

test('one project that never answers stops no other, and the bridge ends within 2 s', async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const { key } = await relay.api.createMachine('laptop');
  const [good, bad] = [join(folder.path, 'good'), join(folder.path, 'bad')];
  await makeSmallProject(good);
  await makeSmallProject(bad);
  await mkdir(join(bad, '.lean-spec'));
  execFileSync('mkfifo', [
    join(bad, '.lean-spec/config.json'),
    join(bad, '.sallyportignore'),
    join(bad, 'specs/001-first-light/fifo.md'),
  ]);
  const bridge = startProgram('bridge/main.ts', [
    ...['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'bridge'), '--json'],
    ...[good, bad],
  ]);
  const synced = await bridge.line((line) => line.event === 'synced', 30_000);
  assert.equal(
    (synced.projects as { name: string; documents: number }[]).find(({ name }) => name === 'good')?.documents,
    8,
  );
  const asked = performance.now();
  assert.equal(await bridge.end('SIGTERM'), 0);
  assert.ok(performance.now() - asked < 2000);
});

test('a worktree, a file and a folder of spec-kit given as project each get a sentence with the next step', async () => {
  await using folder = await openTemporaryFolder();
  const main = await makeSmallProject(join(folder.path, 'main'));
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], { cwd, stdio: 'pipe' });
  await writeFiles(main, { '.gitignore': '.spec-workflow/\nspecs/\n', 'a.txt': 'a' });
  git(main, 'init', '-q');
  git(main, 'add', '-A');
  git(main, 'commit', '-qm', 'first');
  git(main, 'worktree', 'add', '-q', join(folder.path, 'feature'));
  await writeFiles(folder.path, { 'kit/.specify/x.md': 'x', 'kit/specs/001-a/spec.md': '# A\n', 'file.md': 'x' });
  const dryRun = (path: string) =>
    runProgram(
      'bridge/main.ts',
      ['projects', '--dry-run', join(folder.path, path)],
      { HOME: folder.path },
      folder.path,
    );
  for (const [path, sentence] of [
    ['feature', new RegExp(`git worktree, and its specs are in ${main}`)],
    ['kit', /Spec-kit folders \(\.specify\/\) are not supported/],
    ['file.md', /is a file\. Name the folder/],
  ] as const) {
    const { code, stderr } = await dryRun(path);
    assert.equal(code, 2, stderr);
    assert.match(stderr, sentence);
  }
});

test('projects --dry-run says of each file why it leaves or not', async () => {
  await using folder = await openTemporaryFolder();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await writeFiles(root, {
    'specs/001-first-light/.env': 'A=1\n',
    'specs/001-first-light/plan.zip': 'PK',
    'specs/001-first-light/KEYS.md': `token ${token}\n`,
  });
  const { stdout } = await runProgram(
    'bridge/main.ts',
    ['projects', '--dry-run', root],
    { HOME: folder.path },
    folder.path,
  );
  assert.match(stdout, /uploaded +specs\/001-first-light\/README\.md +a document of lean-spec/);
  assert.match(
    stdout,
    /withheld +specs\/001-first-light\/plan\.zip +Its type does not leave unless \.sallyport\/upload allows it\./,
  );
  assert.match(stdout, /withheld +specs\/001-first-light\/KEYS\.md +It seems to hold a GitHub token\./);
  assert.match(stdout, /stays here: specs\/001-first-light\/\.env \(it never leaves the machine/);
});

test('a folder that the bridge may not enter is said', {
  skip: process.getuid?.() === 0 ? false : 'only root can run a bridge as somebody else',
}, async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const { id, key } = await relay.api.createMachine('laptop');
  const root = await makeSmallProject(join(folder.path, 'shop'));
  await writeFiles(root, { 'specs/002-closed/README.md': specText('Closed') });
  await chmod(folder.path, 0o755);
  await chmod(join(root, 'specs/002-closed'), 0o000);
  await mkdir(join(folder.path, 'bridge'), { mode: 0o777 });
  await chmod(join(folder.path, 'bridge'), 0o777);
  await using _bridge = startProgram(
    'bridge/main.ts',
    ['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'bridge'), '--json', root],
    {},
    undefined,
    65534,
  );
  const condition = await eventually(
    async () => {
      const { json } = await relay.ask<{ conditions?: readonly Condition[] }>('GET', `/v1/machines/${id}`);
      return json.conditions?.find(({ topic }) => topic === 'folder-unreadable');
    },
    { timeoutMs: 30_000 },
  );
  assert.match(condition.title, /002-closed\/? .*cannot be read/);
});
