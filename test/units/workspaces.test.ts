/** Where agents work: the worktrees and processes that a tool's registry names, whatever stands in it and in `.git`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { link, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { limits } from '#contract/limits.ts';
import { branchAt } from '../../bridge/files/git-branch.ts';
import { readRegistries } from '../../bridge/projects/registries.ts';
import { workspacesOf } from '../../bridge/projects/workspaces.ts';
import { isAlive } from '../../bridge/system/is-alive.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';

const run = promisify(execFile);
const registry = '.spec-workflow-mcp/activeProjects.json';

async function openHome() {
  const folder = await openTemporaryFolder();
  const home = folder.path;
  const [shop, tree] = [join(home, 'shop'), join(home, 'trees/shop-tax')];
  await makeSmallProject(shop);
  const register = (entries: unknown) => writeFiles(home, { [registry]: JSON.stringify(entries) });
  const read = () => readRegistries({ HOME: home });
  const workspaces = async () => await workspacesOf(shop, await read(), home);
  return { home, shop, tree, register, read, workspaces, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('a worktree of git that a registry names is a workspace, with its branch and the agents that are alive', async () => {
  await using world = await openHome();
  const { home, shop, tree } = world;
  const git = (...words: string[]) =>
    run('git', ['-C', shop, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', ...words]);
  await git('init', '-q', '-b', 'main');
  await git('commit', '-q', '--allow-empty', '-m', 'First');
  await git('worktree', 'add', '-q', '-b', 'feat/tax', tree);
  // Pid 1 is alive and belongs to another user where the tests run without rights.
  await world.register({
    a: { projectPath: shop, workflowRootPath: shop, instances: [{ pid: process.pid }, { pid: 0x7fff_fff0 }] },
    b: { projectPath: tree, workflowRootPath: join(shop, '.spec-workflow'), instances: [{ pid: 1 }] },
    c: { projectPath: tree, workflowRootPath: shop, instances: [{ pid: 1 }, { pid: process.pid }] },
    other: { projectPath: join(home, 'other'), instances: [{ pid: process.pid }] },
  });
  assert.deepEqual(await world.workspaces(), [
    { root: shop, name: 'shop', main: true, branch: 'main', agents: 1 },
    { root: tree, name: 'shop-tax', main: false, branch: 'feat/tax', agents: 2 },
  ]);
  await git('-C', tree, 'checkout', '-q', '--detach');
  assert.equal((await world.workspaces())[1]?.branch, undefined);
});

test('a process id that would mean a group, a fraction or a text is nobody', async () => {
  await using world = await openHome();
  const pids = [0, -1, 1.5, '1', null, 2 ** 60, Number.MAX_SAFE_INTEGER + 2];
  await world.register({ a: { projectPath: world.shop, instances: [...pids.map((pid) => ({ pid })), null, 7] } });
  assert.deepEqual((await world.read())[0]?.pids, []);
  await world.register({ a: { projectPath: world.shop, instances: { pid: process.pid } } });
  assert.equal((await world.workspaces())[0]?.agents, 0);
  assert.ok(isAlive(1) && isAlive(process.pid) && !isAlive(0x7fff_fff0));
});

test('a registry that is a link, a second name, a pipe or too large names nothing', async () => {
  await using world = await openHome();
  const text = JSON.stringify({ a: { projectPath: world.shop } });
  const target = join(world.home, registry);
  await world.register({ a: { projectPath: world.shop } });
  assert.equal((await world.read()).length, 1);
  const kept = join(world.home, 'kept.json');
  const replace = async (make: () => Promise<unknown>) => {
    await rename(target, kept);
    await make();
    assert.deepEqual(await world.read(), []);
    // Not renamed over: two names of one file would both stay.
    await rm(target);
    await rename(kept, target);
  };
  await replace(() => symlink(kept, target));
  await replace(() => link(kept, target));
  await replace(() => run('mkfifo', [target]));
  await replace(() => writeFile(target, text.padEnd(limits.registryBytesMax + 1)));
  await replace(() => writeFile(target, JSON.stringify({ a: { projectPath: `${world.shop}\0` } })));
  await replace(() =>
    writeFile(target, JSON.stringify({ a: { projectPath: `/${'x'.repeat(limits.rootLengthMax)}` } })),
  );
  await replace(() => writeFile(target, JSON.stringify({ a: { projectPath: 'shop' } })));
});

test('a registry cannot make the home folder, what holds it, a file or what is gone a workspace', async () => {
  await using world = await openHome();
  const { home, shop } = world;
  const named = ['/', home, join(home, '..'), join(shop, 'specs/001-first-light/README.md'), join(home, 'gone')];
  await world.register(named.map((projectPath) => ({ projectPath, workflowRootPath: shop })));
  assert.deepEqual(
    (await world.workspaces()).map(({ root }) => root),
    [shop],
  );
});

test('a hostile .git shows no branch and nothing of other files', async () => {
  await using world = await openHome();
  const { home } = world;
  const secret = join(home, 'secrets');
  await writeFiles(home, { 'secrets/HEAD': 'ref: refs/heads/from-elsewhere\n' });
  const branchOf = async (name: string, files: Readonly<Record<string, string>>) => {
    await writeFiles(home, Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text])));
    return await branchAt(join(home, name));
  };
  const head = async (name: string, text: string) => await branchOf(name, { '.git/HEAD': text });
  assert.equal(await head('plain', 'ref: refs/heads/main\n'), 'main');
  assert.equal(await head('tables', 'ref: refs/heads/.invalid\n'), undefined);
  assert.equal(await head('tag', 'ref: refs/tags/v1\n'), undefined);
  assert.equal(await head('escape', 'ref: refs/heads/\u001b[31mred\n'), undefined);
  assert.equal(await head('turned', 'ref: refs/heads/a\u202eb\n'), undefined);
  assert.equal(await head('long', `ref: refs/heads/${'x'.repeat(300)}\n`), undefined);
  assert.equal(await head('huge', `ref: refs/heads/main\n${'x'.repeat(limits.gitFileBytesMax)}`), undefined);
  assert.equal(await branchOf('away', { '.git': `gitdir: ${secret}\n` }), undefined);
  assert.equal(await branchOf('gone', { '.git': 'gitdir: ../.git/worktrees/gone\n' }), undefined);
  assert.equal(await branchOf('none', { 'README.md': '' }), undefined);
  await mkdir(join(home, 'linked'));
  await symlink(join(home, 'plain/.git'), join(home, 'linked/.git'));
  assert.equal(await branchAt(join(home, 'linked')), undefined);
  await mkdir(join(home, 'linked-head/.git'), { recursive: true });
  await symlink(join(secret, 'HEAD'), join(home, 'linked-head/.git/HEAD'));
  assert.equal(await branchAt(join(home, 'linked-head')), undefined);
});
