/** Finding projects, and refusing what is none. */
import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { UsageError } from '#contract/options.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { discoverProjects } from '../../bridge/projects/discover.ts';
import { apart, resolveRoots } from '../../bridge/projects/roots.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';

async function openHome() {
  const folder = await openTemporaryFolder();
  const home = join(folder.path, 'home');
  await mkdir(home);
  return { home, env: { HOME: home }, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('the current folder and what the tools have registered are found, each once', async () => {
  await using world = await openHome();
  const [here, lean, flow, context] = ['here', 'lean', 'flow', 'context'].map((name) => join(world.home, name));
  for (const root of [here, lean, flow, context]) await makeSmallProject(root ?? '');
  await writeFiles(world.home, {
    '.lean-spec/projects.json': JSON.stringify({
      projects: [
        { id: 'x', path: lean },
        { id: 'y', path: '/gone' },
        { id: 'z', path: here },
      ],
    }),
    '.spec-workflow-mcp/activeProjects.json': JSON.stringify({
      a: { projectPath: '/elsewhere', workflowRootPath: flow },
    }),
    '.spec-context-mcp/activeProjects.json': JSON.stringify({
      b: { projectPath: join(context ?? '', '.spec-workflow') },
    }),
  });
  assert.deepEqual(await discoverProjects(here ?? '', world.env), [here, lean, flow, context]);
});

test('the tools’ own variables say where their registries are', async () => {
  await using world = await openHome();
  const project = join(world.home, 'project');
  await makeSmallProject(project);
  await writeFiles(world.home, { 'l/projects.json': JSON.stringify({ projects: [{ path: project }] }) });
  const env = { ...world.env, LEANSPEC_DATA_DIR: join(world.home, 'l'), SPEC_WORKFLOW_HOME: join(world.home, 'none') };
  assert.deepEqual(await discoverProjects(world.home, env), [project]);
});

test('a registry that is broken, foreign or huge names nothing', async () => {
  await using world = await openHome();
  for (const text of [
    '{',
    '[]',
    '"x"',
    '{"projects": 5}',
    '{"projects":[null,5,{"path":7},{"path":"relative"}]}',
    'null',
  ]) {
    await writeFiles(world.home, { '.lean-spec/projects.json': text, '.spec-workflow-mcp/activeProjects.json': text });
    assert.deepEqual(await discoverProjects(world.home, world.env), [], text);
  }
});

test('the home folder, what holds it and the whole machine are no projects', async () => {
  await using world = await openHome();
  await makeSmallProject(world.home);
  const data = await openDataFolder(join(world.home, 'data'));
  assert.deepEqual(await discoverProjects(world.home, world.env), []);
  for (const [folder, sentence] of [
    ['/', /is the whole machine/],
    [world.home, /is the home folder/],
    [join(world.home, '..'), /contains the home folder/],
    [join(world.home, 'nothing'), /There is no folder/],
    [join(world.home, 'data'), /There are no specs in/],
    [join(world.home, 'specs/001-first-light/README.md'), /is a file\. Name the folder/],
  ] as const)
    await assert.rejects(resolveRoots([folder], data, world.env, world.home), (error: unknown) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, sentence);
      return true;
    });
});

test('a root inside another is refused, and said which', () => {
  assert.throws(() => apart(['/a', '/b', '/a/c']), /\/a\/c is inside \/a\. Name only one of the two/);
  assert.deepEqual(apart(['/a', '/ab', '/a']), ['/a', '/ab']);
});

test('a link to a project is the project', async () => {
  await using world = await openHome();
  const project = join(world.home, 'project');
  await makeSmallProject(project);
  await symlink(project, join(world.home, 'link'));
  const data = await openDataFolder(join(world.home, 'data'));
  assert.deepEqual(await resolveRoots([project, join(world.home, 'link')], data, world.env, world.home), [project]);
});

test('after a reboot the registries list no open window, and what was once watched is watched still', async () => {
  await using world = await openHome();
  const [shop, cafe] = ['shop', 'cafe'].map((name) => join(world.home, name)) as [string, string];
  for (const root of [shop, cafe]) await makeSmallProject(root);
  const registry = '.spec-workflow-mcp/activeProjects.json';
  await writeFiles(world.home, { [registry]: JSON.stringify({ a: { projectPath: shop }, b: { projectPath: cafe } }) });
  const data = await openDataFolder(join(world.home, 'data'));
  const rootsOf = async () => await resolveRoots([], await openDataFolder(data.path), world.env, world.home);
  for (const root of await rootsOf()) await data.keepProject(root, {});

  await writeFiles(world.home, { [registry]: '{}' });
  assert.deepEqual((await rootsOf()).toSorted(), [cafe, shop]);

  // What was removed does not come back by itself, though a tool still names it; named again it does.
  await writeFiles(world.home, { [registry]: JSON.stringify({ a: { projectPath: shop } }) });
  await data.removeProject(shop);
  assert.deepEqual(await rootsOf(), [cafe]);
  await data.keepProject(shop, { added: true });
  assert.deepEqual((await rootsOf()).toSorted(), [cafe, shop]);
});

test('two processes that keep projects at once lose none', async () => {
  await using world = await openHome();
  const [one, two] = [await openDataFolder(world.home), await openDataFolder(world.home)];
  await one.keepProject('/a', {});
  const { id } = await two.keepProject('/b', { added: true });
  await one.keepProject('/a', { formats: ['lean-spec'] });
  await two.removeProject('/a');
  assert.deepEqual([one.projects().map((project) => project.id), one.removed()], [[id], ['/a']]);
});
