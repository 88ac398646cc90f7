/** The door for agents: what spec-context's agents ask of their dashboard is answered here, for programs on this machine alone. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { get, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { approvalText, renameOver } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const path = (id: string) => `.spec-context/approvals/checkout/${id}.json`;
const file = '.spec-context/specs/checkout/design.md';
const asked = (id: string, more: object = {}) => approvalText(id, { filePath: file, ...more });

interface Said {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

function ask(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: object } = {},
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
      resolve({ status: response.statusCode ?? 0, location: response.headers.location, text, json });
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });
}

/** A machine with a door on a free port, and the tool's home. */
async function openDoor(prepare: (home: string) => Promise<unknown> = async () => {}, port = '0') {
  const world = await openWorld();
  const root = join(world.folder, 'shop');
  const home = join(world.folder, 'tool-home');
  await mkdir(home);
  await prepare(home);
  await writeFiles(root, { [file]: '# Design\n', [path('a1')]: asked('a1'), [path('a2')]: asked('a2') });
  const env = { SALLYPORT_AGENTS: port, SPEC_WORKFLOW_HOME: home };
  const machine = await world.startMachine('laptop', [root], env);
  const said = () => machine.bridge().errors();
  const url = () => /the door for agents is open at http:\/\/localhost:(\d+)/.exec(said())?.[1];
  return {
    world,
    root,
    home,
    machine,
    said,
    at: `http://127.0.0.1:${url() ?? port}`,
    hasDoor: () => url() !== undefined,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

test('an agent finds the door, waits there, hears the decision at once, and its request is removed', async () => {
  await using door = await openDoor();
  const { at, root, home, machine, world } = door;
  assert.equal((await ask(`${at}/health`)).json.message, 'MCP Workflow Dashboard Online!');
  const session = JSON.parse(await readFile(join(home, 'activeSession.json'), 'utf8')) as { url: string; pid: number };
  assert.deepEqual([session.url, session.pid], [at.replace('127.0.0.1', 'localhost'), machine.bridge().child.pid]);
  const id = createHash('sha1').update(root).digest('base64url').slice(0, 16);
  const listed = (await ask(`${at}/api/projects/list`)).json as unknown as { projectId: string; isActive: boolean }[];
  assert.deepEqual(
    listed.map(({ projectId, isActive }) => [projectId, isActive]),
    [[id, true]],
  );
  assert.deepEqual((await ask(`${at}/api/projects/add`, { method: 'POST', body: { projectPath: root } })).json, {
    projectId: id,
    success: true,
  });
  assert.equal((await ask(`${at}/api/projects/add`, { method: 'POST', body: { projectPath: home } })).status, 404);

  const wait = (approval: string, query = '') => ask(`${at}/api/projects/${id}/approvals/${approval}/wait${query}`);
  assert.deepEqual((await wait('a1', '?timeout=0')).json.timeout, true);
  const heard = wait('a1');
  // The phone decides, by the relay.
  const approvals = `/v1/machines/laptop/projects/shop/approvals`;
  const { result } = await world.call<{ result: { items: { id: string; rev: string; file: { rev: string } }[] } }>(
    'GET',
    approvals,
  );
  const one = result.items.find((item) => item.id === 'a1');
  await world.call('POST', `${approvals}/a1/approve`, { ifRev: one?.rev, fileRev: one?.file.rev, response: 'Good' });
  const { json } = await heard;
  assert.deepEqual([json.resolved, json.status, json.response, json.autoDeleted], [true, 'approved', 'Good', true]);
  await eventually(() => !existsSync(join(root, path('a1'))));

  // One that is kept, decided by hand; one that is withdrawn; one that nobody knows.
  const kept = wait('a2', '?autoDelete=false');
  await renameOver(root, path('a2'), asked('a2', { status: 'rejected', response: 'No', comments: [{ comment: 'x' }] }));
  assert.deepEqual((await kept).json.comments, [{ comment: 'x' }]);
  assert.ok(existsSync(join(root, path('a2'))));
  assert.deepEqual((await wait('nothing')).json, { resolved: true, status: 'deleted' });

  const link = await ask(`${at}/approvals?id=a2`);
  assert.equal(
    link.location,
    `${world.url}/#/m/${machine.id}/p/${(await machine.documents())[0]?.project}/approval/${encodeURIComponent(path('a2'))}`,
  );
  assert.match((await ask(at)).text, /location\.replace/);
  await machine.bridge().end();
  assert.ok(!existsSync(join(home, 'activeSession.json')), 'nothing says that a dashboard runs');
});

test('pages of other sites, names that resolve here and everything else are turned away', async () => {
  await using door = await openDoor();
  const { at } = door;
  const port = new URL(at).port;
  assert.equal((await ask(`${at}/health`, { headers: { origin: 'https://evil.example' } })).status, 403);
  assert.equal((await ask(`${at}/health`, { headers: { host: `evil.example:${port}` } })).status, 403);
  assert.equal((await ask(`${at}/health`, { headers: { host: `localhost:${port}` } })).status, 200);
  assert.equal((await ask(`${at}/health`, { headers: { host: `[::1]:${port}` } })).status, 200);
  for (const call of ['/v1/machines', '/api/projects/x/approvals/a1/approve', '/../etc/passwd'])
    assert.equal((await ask(`${at}${call}`)).status, 404, call);
  assert.equal(
    (await ask(`${at}/api/projects/add`, { method: 'POST', body: { projectPath: '/'.repeat(20_000) } })).status,
    400,
  );
  await assert.rejects(
    new Promise((resolve, reject) => get({ host: '127.0.0.2', port, path: '/health' }, resolve).on('error', reject)),
  );
});

test('200 agents wait at once and one more is told so; those who hang up make room', async () => {
  await using door = await openDoor();
  const { at, root } = door;
  const id = createHash('sha1').update(root).digest('base64url').slice(0, 16);
  const url = `${at}/api/projects/${id}/approvals/a1/wait`;
  const waiting = Array.from({ length: 200 }, () => httpRequest(url, { agent: false }));
  for (const one of waiting) one.on('error', () => {}).end();
  await eventually(async () => (await ask(`${url}?timeout=0`)).status === 503);
  waiting.pop()?.destroy();
  await eventually(async () => (await ask(`${url}?timeout=0`)).status === 200);
  for (const one of waiting) one.destroy();
});

test('a dashboard that runs, or a port that is taken, is said, and the bridge goes on; a dead one does not block', async () => {
  await using beside = await openDoor((home) =>
    writeFile(
      join(home, 'activeSession.json'),
      JSON.stringify({ url: 'http://localhost:5000', port: 5000, pid: process.pid }),
    ),
  );
  assert.ok(!beside.hasDoor());
  assert.match(beside.said(), /a dashboard runs already at http:\/\/localhost:5000/);
  assert.equal((await beside.machine.documents()).length > 0, true);

  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await using taken = await openDoor(undefined, String(port));
  assert.ok(!taken.hasDoor());
  assert.match(taken.said(), /could not be opened on port/);
  server.close();

  const target = join(beside.world.folder, 'elsewhere.json');
  await writeFile(target, JSON.stringify({ url: 'x', pid: 2 ** 22 + 1 }));
  await using stale = await openDoor((home) => symlink(target, join(home, 'activeSession.json')));
  assert.ok(stale.hasDoor());
  assert.equal(JSON.parse(await readFile(target, 'utf8')).url, 'x', 'a link is replaced, not written through');
});
