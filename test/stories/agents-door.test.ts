/** The door for agents, from the agent's request to the tap: what spec-context's agents ask of their dashboard is answered by a bridge. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { renameOver } from '../kit/approvals.ts';
import { askDoor, contextApproval, contextApprovalPath, contextProject, projectIdOf } from '../kit/door.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { runProgram } from '../kit/run-program.ts';
import { openWorld, type World } from '../kit/world.ts';

const approvals = '/v1/machines/laptop/projects/shop/approvals';

/** A person approves on the phone, as it was read there. */
async function approve({ call }: World, id: string, response: string): Promise<void> {
  const { result } = await call<{ result: { items: { id: string; rev: string; file: { rev: string } }[] } }>(
    'GET',
    approvals,
  );
  const { rev, file } = result.items.find((item) => item.id === id) ?? {};
  await call('POST', `${approvals}/${id}/approve`, { ifRev: rev, fileRev: file?.rev, response });
}

test('an agent finds the door, waits there, hears the decision at once, and its request is removed', async () => {
  await using world = await openWorld();
  const [root, home] = [join(world.folder, 'shop'), join(world.folder, 'tool-home')];
  await mkdir(home);
  await writeFiles(root, contextProject('a1', 'a2'));
  const machine = await world.startMachine('laptop', [root], { SALLYPORT_AGENTS: '0', SPEC_WORKFLOW_HOME: home });
  const registered = async () =>
    JSON.parse(await readFile(join(home, 'activeSession.json'), 'utf8')) as { url: string; pid: number };
  const { url, pid } = await registered();
  assert.equal(pid, machine.bridge().child.pid);

  // What the agent's tool asks, with what it takes from the answers.
  const at = url.replace('localhost', '127.0.0.1');
  const listed = (await askDoor(`${at}/api/projects/list`)).json as unknown as Record<string, unknown>[];
  const id = projectIdOf(root);
  assert.deepEqual(listed, [{ projectId: id, projectName: 'shop', projectPath: root, instances: [], isActive: true }]);
  const wait = (approval: string, query = '') => askDoor(`${at}/api/projects/${id}/approvals/${approval}/wait${query}`);
  assert.equal((await wait('a1', '?timeout=0')).json.timeout, true);
  const heard = wait('a1', '?timeout=600000&autoDelete=true');
  const status = async () => (await runProgram('bridge/main.ts', ['status', '--data', machine.data], {}, root)).stdout;
  await eventually(async () => /door for agents: \S+, 1 waiting\n {2}shop +a1 +asked just now/.test(await status()));
  await approve(world, 'a1', 'Good');
  const { json } = await heard;
  assert.deepEqual([json.resolved, json.status, json.response, json.autoDeleted], [true, 'approved', 'Good', true]);
  await eventually(() => !existsSync(join(root, contextApprovalPath('a1'))));

  // One that is kept, decided by hand; one that nobody knows.
  const kept = wait('a2', '?autoDelete=false');
  const comments = [{ type: 'general', comment: 'x' }];
  await renameOver(root, contextApprovalPath('a2'), contextApproval('a2', { status: 'rejected', comments }));
  assert.deepEqual((await kept).json.comments, comments);
  assert.ok(existsSync(join(root, contextApprovalPath('a2'))));
  assert.deepEqual((await wait('nothing')).json, { resolved: true, status: 'deleted' });

  const { project } = (await machine.documents())[0] ?? {};
  assert.equal(
    (await askDoor(`${at}/approvals?id=a2`)).location,
    `${world.url}/#/m/${machine.id}/p/${project}/approval/${encodeURIComponent(contextApprovalPath('a2'))}`,
  );
  assert.match((await askDoor(at)).text, /location\.replace/);

  // A bridge that is killed leaves a registration, which blocks nobody.
  await machine.bridge().end('SIGKILL');
  assert.equal((await registered()).pid, pid);
  await machine.startBridge();
  assert.equal((await registered()).pid, machine.bridge().child.pid);
  await machine.bridge().end();
  assert.ok(!existsSync(join(home, 'activeSession.json')), 'nothing says that a dashboard runs');
});
