/** A bridge that found its projects by itself: what a tool registers later is offered, and `projects add` and `rm` reach the running bridge. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { startBridge } from '../../bridge/bridge.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { createLog } from '../../bridge/log.ts';
import { discoverProjects } from '../../bridge/projects/discover.ts';
import { lookForProjects } from '../../bridge/projects/offers.ts';
import { startProjects } from '../../bridge/projects/projects.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { openApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, openTemporaryFolder, writeFiles } from '../kit/projects.ts';

async function openHome() {
  const folder = await openTemporaryFolder();
  const home = folder.path;
  const env = { HOME: home };
  const [shop, cafe] = ['shop', 'cafe'].map((name) => join(home, name)) as [string, string];
  for (const root of [shop, cafe]) await makeSmallProject(root);
  const register = (...roots: string[]) =>
    writeFiles(home, { '.lean-spec/projects.json': JSON.stringify({ projects: roots.map((path) => ({ path })) }) });
  const registered = () => discoverProjects(undefined, env);
  const data = await openDataFolder(join(home, 'data'));
  return { shop, cafe, register, registered, data, [Symbol.asyncDispose]: folder[Symbol.asyncDispose] };
}

test('what a tool registers while the bridge runs is offered, and the machine says so', async () => {
  await using home = await openHome();
  await using relay = await openApi();
  await home.register(home.shop, home.cafe);
  const { id, key } = await relay.api.createMachine('laptop');
  const origin = new URL(relay.url);
  const { data, registered } = home;
  const log = createLog('error', () => undefined);
  const told = { origin, key, proxy: undefined, name: 'laptop', data, roots: [home.shop], registered, log };
  await using _bridge = await startBridge(told);
  const { title, hint } = await eventually(async () => {
    const { json } = await relay.ask<{ conditions?: { title: string; hint: string }[] }>('GET', `/v1/machines/${id}`);
    return json.conditions?.[0];
  });
  assert.equal(title, `A tool has registered projects that are not watched: ${home.cafe}.`);
  assert.match(hint, new RegExp(`sallyport projects add "${home.cafe}"`));
});

test('each look follows the registries, and what was added and removed on the command line', async () => {
  await using home = await openHome();
  const { data, registered } = home;
  const conditions = createConditions({ clock: Date.now, onChange: () => undefined });
  let announced = 0;
  await using projects = await startProjects({
    ...{ data, conditions, bodies: createBodies(), roots: [home.shop] },
    onChanges: () => undefined,
    onAnnounce: () => {
      announced += 1;
    },
    onState: () => undefined,
  });
  const look = () => lookForProjects({ data, projects, conditions, registered });
  const roots = () => projects.all().map(({ root }) => root);
  await look();
  assert.deepEqual(conditions.list(), []);
  await home.register(home.cafe);
  await look();
  assert.equal(conditions.list().length, 1);

  const command = await openDataFolder(data.path);
  await command.keepProject(home.cafe, { added: true });
  await look();
  assert.deepEqual([conditions.list(), roots()], [[], [home.shop, home.cafe]]);
  const held = projects.sides.own.size();

  await command.removeProject(home.cafe);
  await look();
  assert.deepEqual([conditions.list(), roots(), announced], [[], [home.shop], 2]);
  assert.equal(projects.sides.own.size(), held / 2);
});

test('a project that is added again while its first look is under way is watched once, and leaves no condition when it is dropped', async () => {
  await using home = await openHome();
  const { data } = home;
  await writeFiles(home.cafe, { '.sallyportignore': 'a*b*c*d*e*f\n' });
  const conditions = createConditions({ clock: Date.now, onChange: () => undefined });
  const states: string[] = [];
  await using projects = await startProjects({
    ...{ data, conditions, bodies: createBodies(), roots: [] },
    onChanges: () => undefined,
    onAnnounce: () => undefined,
    onState: ({ root }, state) => {
      states.push(`${root} ${state}`);
    },
  });
  await Promise.all([projects.add(home.cafe), projects.add(home.cafe)]);
  assert.deepEqual(states, [`${home.cafe} watched`]);

  assert.deepEqual(
    conditions.list().map(({ topic }) => topic),
    ['list-refused'],
  );
  const [cafe] = projects.all();
  const looking = projects.rescan();
  await setImmediate();
  await projects.drop(cafe?.id ?? '');
  await looking;
  assert.deepEqual(conditions.list(), []);
});
