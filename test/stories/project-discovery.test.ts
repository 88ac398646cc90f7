/** Projects from the phone: what a tool has registered on the machine is discovered, added once its owner allows it, and removed again, the last one too. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import { defaultPolicy, type Machine } from '#contract/machine.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

type Found = { readonly items: readonly { key: string; name: string; formats: string[]; folder?: string }[] };
type Info = { readonly workspaces?: readonly { name: string; main: boolean; branch?: string; agents: number }[] };

test('a registered project is found, added and removed from afar, and its agents are counted', async () => {
  await using world = await openWorld();
  const home = join(world.folder, 'home');
  const [shop, cafe] = [await makeSmallProject(join(home, 'shop')), await makeSmallProject(join(home, 'cafe'))];
  await writeFiles(home, {
    'shop/.git/HEAD': 'ref: refs/heads/main\n',
    '.spec-workflow-mcp/activeProjects.json': JSON.stringify({
      a: { projectPath: shop, workflowRootPath: shop, instances: [{ pid: process.pid }, { pid: process.ppid }] },
      b: { projectPath: cafe, workflowRootPath: cafe, instances: [] },
    }),
  });
  const machine = await world.startMachine('laptop', [shop], { HOME: home });
  const projects = '/v1/machines/laptop/projects';

  const info = await world.call<{ result: Info }>('GET', `${projects}/shop?source=machine`);
  assert.deepEqual(info.result.workspaces, [{ name: 'shop', main: true, branch: 'main', agents: 2 }]);
  const kept = await world.call<{ source: string; result: Info }>('GET', `${projects}/shop`);
  assert.deepEqual([kept.source, kept.result.workspaces], ['relay', undefined]);

  const discover = async (key = world.key) => {
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(new URL(`${projects}/discover`, world.url), { headers });
    return ((await response.json()) as { result: Found }).result.items;
  };
  const formats = ['lean-spec', 'spec-workflow'];
  const [item, ...others] = await discover();
  assert.deepEqual([item, others], [{ key: item?.key, name: 'cafe', formats, folder: cafe }, []]);

  // By default, nobody away from the machine makes it watch more.
  const body = { key: item?.key };
  await world.call('POST', `${projects}/add`, body, 403);
  const policy = { ...defaultPolicy, kinds: { 'project-add': 'allow' } };
  await writeFile(join(machine.data, 'policy.json'), JSON.stringify(policy));
  const added = await world.call<CommandRecord>('POST', `${projects}/add`, body);
  assert.equal(added.state, 'done');
  const names = async () => (await world.call<Machine>('GET', '/v1/machines/laptop')).projects.map(({ name }) => name);
  const become = (expected: readonly string[]) =>
    eventually(async () => (await names()).toSorted().join() === expected.join());
  await become(['cafe', 'shop']);
  await eventually(async () => {
    const { result } = await world.call<{ result: { specs: unknown[] } }>('GET', `${projects}/cafe`);
    return result.specs.length === 4;
  });

  // The last one too; the bridge stays reachable, and what was removed can be taken back.
  await world.call('DELETE', `${projects}/cafe`);
  await world.call('DELETE', `${projects}/shop`);
  await become([]);
  assert.match(await readFile(join(cafe, 'specs/001-first-light/README.md'), 'utf8'), /First light/);
  const again = (await discover()).find(({ name }) => name === 'cafe');
  assert.equal(again?.key, item?.key);
  await world.call('POST', `${projects}/add`, body);
  await become(['cafe']);
});
