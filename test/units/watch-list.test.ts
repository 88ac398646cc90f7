/** Projects added and removed from afar: only those that a tool has registered, again and again with the same end. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { startProjects } from '../../bridge/projects/projects.ts';
import { resolveRoots } from '../../bridge/projects/roots.ts';
import { createWatchList } from '../../bridge/projects/watch-list.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { openWorkshop } from '../kit/executor.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';

const registry = '.lean-spec/projects.json';

async function openHome() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  const home = folder.path;
  const [shop, cafe] = ['shop', 'cafe'].map((name) => join(home, name)) as [string, string];
  for (const root of [shop, cafe]) await makeSmallProject(root);
  await writeFiles(home, { [registry]: JSON.stringify({ projects: [shop, cafe].map((path) => ({ path })) }) });
  const env = { HOME: home };
  const data = await openDataFolder(join(home, 'data'));
  const projects = opened.use(
    await startProjects({
      ...{ data, roots: [shop], bodies: createBodies() },
      conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
      onChanges: () => undefined,
      onAnnounce: () => undefined,
      onState: () => undefined,
    }),
  );
  const roots = () => projects.all().map(({ root }) => root);
  const list = createWatchList({ data, projects, env });
  const held = opened.move();
  return { home, env, shop, cafe, data, projects, roots, list, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

const hasCode = (code: string) => (error: unknown) => error instanceof Problem && error.code === code;

test('what a tool has registered and nobody watches is discovered, and watched once it is added; twice is once', async () => {
  await using home = await openHome();
  const { list, cafe, shop, data, roots } = home;
  const [found, ...others] = await list.discover();
  assert.deepEqual([found?.folder, found?.name, others], [cafe, 'cafe', []]);
  const key = found?.key ?? '';
  assert.deepEqual((await list.discover())[0]?.key, key);
  const [once, twice] = await Promise.all([list.add(key), list.add(key)]);
  assert.deepEqual(twice, once);
  assert.deepEqual(await list.add(key), once);
  assert.deepEqual([roots(), await list.discover()], [[shop, cafe], []]);
  // It is watched at the next start too.
  assert.ok(data.projects().some(({ root, added }) => root === cafe && added === true));
});

test('a key that discovery did not give, a path, and a project that the owner has declined are refused', async () => {
  await using home = await openHome();
  const { list, cafe, data, shop, roots } = home;
  const [found] = await list.discover();
  for (const key of ['AAAAAAAAAAAAAAAA', cafe, '']) await assert.rejects(list.add(key), hasCode('project-unknown'));
  await data.removeProject(cafe);
  assert.deepEqual(await list.discover(), []);
  await assert.rejects(list.add(found?.key ?? ''), hasCode('project-unknown'));
  assert.deepEqual(roots(), [shop]);
});

test('the last project can be removed, is forgotten without touching a file, and comes back by its key', async () => {
  await using home = await openHome();
  const { list, shop, cafe, data, projects, roots, env, home: folder } = home;
  const before = await readFile(join(folder, registry), 'utf8');
  const id = projects.all()[0]?.id ?? '';
  const removed = await list.remove(id);
  assert.deepEqual([roots(), projects.sides.own.size(), projects.announced()], [[], 0, []]);
  assert.deepEqual(await list.remove(id), removed, 'again it changes nothing');
  assert.equal(await readFile(join(folder, registry), 'utf8'), before);
  assert.match(await readFile(join(shop, 'specs/001-first-light/README.md'), 'utf8'), /First light/);
  await assert.rejects(list.remove('nowhere'), hasCode('project-unknown'));

  // The registries need not name it any more, and the bridge starts without a project.
  await rm(join(folder, registry));
  assert.deepEqual(await resolveRoots([], data, env, cafe), [cafe], 'where it stands, it still looks');
  assert.deepEqual(await resolveRoots([], data, env, folder), []);
  const back = await list.add(removed.key);
  assert.deepEqual([back, roots()], [removed, [shop]]);
});

test('a command that a crash interrupted ends the same when it runs again', async () => {
  await using home = await openHome();
  const { list, data, projects, env, cafe, shop } = home;
  const [found] = await list.discover();
  // Kept, and killed before it was watched and answered.
  await data.keepProject(cafe, { added: true, formats: [...(found?.formats ?? [])] });
  const added = await list.add(found?.key ?? '');
  assert.deepEqual([added.name, home.roots()], ['cafe', [shop, cafe]]);
  // Removed, and killed before it was answered: another life of the bridge does not watch it.
  await data.removeProject(cafe, 'command');
  await projects.drop(added.project);
  const next = createWatchList({ data: await openDataFolder(data.path), projects, env });
  assert.deepEqual(await next.remove(added.project), added);
});

test('a policy that refuses a project also keeps it from being removed', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  shop.policy = { ...shop.policy, projects: { shop: 'refuse' } };
  for (const project of ['project-1', 'shop'])
    assert.equal((await shop.run('project-remove', { project })).state, 'refused');
});
