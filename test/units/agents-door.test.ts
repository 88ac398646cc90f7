/** The door for agents: whom it answers, what an agent that waits is told, and what becomes of its file. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, get, request as httpRequest } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { hold } from '../../bridge/agents/door.ts';
import { doorWaitMs } from '../../bridge/agents/routes.ts';
import { renameOver } from '../kit/approvals.ts';
import {
  askDoor,
  contextApproval,
  contextApprovalPath,
  contextProject,
  openTestDoor,
  projectIdOf,
  type TestDoor,
} from '../kit/door.ts';
import { eventually } from '../kit/eventually.ts';
import { sendRaw } from '../kit/raw-http.ts';

const decided = (id: string, more: object = {}) => contextApproval(id, { status: 'approved', response: 'Go', ...more });

/** Resolves when so many agents wait. */
const waiting = (door: TestDoor, count: number) => eventually(() => door.door?.waiting().length === count);

test('pages of other sites, names that resolve here and everything else are turned away', async () => {
  await using door = await openTestDoor();
  const { at } = door;
  const { port } = new URL(at);
  const status = async (headers: Record<string, string>, path = '/health') =>
    (await askDoor(`${at}${path}`, { headers })).status;
  assert.equal(await status({ origin: 'https://evil.example' }), 403);
  assert.equal(await status({ origin: 'null' }), 403);
  for (const host of [`evil.example:${port}`, 'evil.example', 'localhost.evil.example', '127.0.0.1.evil.example'])
    assert.equal(await status({ host }), 403, host);
  for (const nameless of ['GET /health HTTP/1.0\r\n\r\n', 'GET /health HTTP/1.1\r\nHost:\r\n\r\n'])
    assert.equal((await sendRaw(at, nameless)).status, 403, nameless);
  for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, '127.0.0.1'])
    assert.equal(await status({ host }), 200, host);
  // An image of a foreign page comes without an origin. Links are followed from anywhere.
  assert.equal(await status({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }), 403);
  assert.equal(await status({ 'sec-fetch-site': 'cross-site' }, '/approvals?id=a1'), 302);
  for (const call of ['/v1/machines', '/api/projects/x/approvals/a1/approve', '/../etc/passwd', '/approvals/'])
    assert.equal((await askDoor(`${at}${call}`)).status, 404, call);
  for (const target of ['//', 'http://[', '/%', '*'])
    assert.equal((await sendRaw(at, `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).status, 404, target);
  for (const method of ['PUT', 'DELETE', 'HEAD', 'OPTIONS'])
    assert.equal((await askDoor(`${at}/api/projects/list`, { method })).status, 404, method);
  await assert.rejects(
    new Promise((resolve, reject) => get({ host: '127.0.0.2', port, path: '/health' }, resolve).on('error', reject)),
  );
  assert.doesNotMatch(door.said(), /ERROR/i);
});

test('a project is found by its real path, a link to it or a worktree of it, and none is added', async () => {
  await using door = await openTestDoor({
    projects: { shop: contextProject('a1'), 'späti/ladén': contextProject('b1') },
  });
  const [shop = '', cafe = ''] = door.roots;
  const worktree = join(door.folder, 'shop-fix');
  await mkdir(worktree);
  await writeFile(join(worktree, '.git'), `gitdir: ${shop}/.git/worktrees/shop-fix\n`);
  await symlink(shop, join(door.folder, 'link'));
  const add = async (projectPath: unknown) => {
    // As the agent sends it.
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${door.at}/api/projects/add`, {
      ...{ method: 'POST', headers, body: JSON.stringify({ projectPath }) },
    });
    return { status: response.status, ...((await response.json()) as { projectId?: string; error?: string }) };
  };
  for (const [path, root] of [
    [shop, shop],
    [`${shop}/`, shop],
    [join(door.folder, 'link'), shop],
    [worktree, shop],
    [cafe, cafe],
  ] as const)
    assert.deepEqual(await add(path), { status: 200, projectId: projectIdOf(root), success: true }, path);
  assert.match((await add(door.home)).error ?? '', /does not watch tool-home/);
  assert.equal((await add(`${shop}/../nothing`)).status, 404);
  for (const path of ['shop', '', 5, null, '/'.repeat(100_000)])
    assert.equal((await add(path)).status, 400, String(path).slice(0, 9));
  const listed = (await askDoor(`${door.at}/api/projects/list`)).json as unknown as { projectPath: string }[];
  assert.deepEqual(
    listed.map(({ projectPath }) => projectPath),
    [shop, cafe],
  );
});

test('an agent hears the decision of a project of the same folder name, as its tool takes any of that name', async () => {
  await using door = await openTestDoor({
    projects: { 'a/shop': contextProject('a1'), 'b/shop': contextProject('b1') },
  });
  const heard = askDoor(door.waitUrl('b1'));
  await waiting(door, 1);
  await renameOver(door.roots[1] ?? '', contextApprovalPath('b1'), decided('b1'));
  assert.equal((await heard).json.status, 'approved');
  await eventually(() => !existsSync(join(door.roots[1] ?? '', contextApprovalPath('b1'))));
});

test('half a JSON is no answer, and a file that is away for a moment is not deleted', async () => {
  await using door = await openTestDoor();
  const [root = ''] = door.roots;
  const file = join(root, contextApprovalPath('a1'));
  const text = decided('a1');
  let answered = false;
  const heard = askDoor(door.waitUrl('a1')).finally(() => {
    answered = true;
  });
  await waiting(door, 1);
  for (const half of ['', text.slice(0, 40), text.slice(0, -2), 'null', '[]']) {
    await writeFile(file, half);
    // Who asks only now has read the half as well.
    assert.deepEqual((await askDoor(door.waitUrl('a1', '?timeout=0'))).json.timeout, true, half);
  }
  await rm(file);
  await writeFile(file, text.slice(0, 60));
  assert.equal(answered, false);
  await writeFile(file, text);
  assert.equal((await heard).json.response, 'Go');

  const late = askDoor(door.waitUrl('a2'));
  await waiting(door, 1);
  await rm(join(root, contextApprovalPath('a2')));
  assert.deepEqual((await late).json, { resolved: true, status: 'deleted' });
});

test('a project that is away takes no approval with it', async () => {
  await using door = await openTestDoor();
  const [root = ''] = door.roots;
  const heard = askDoor(door.waitUrl('a1'));
  await waiting(door, 1);
  await rename(root, `${root}.away`);
  assert.equal((await askDoor(door.waitUrl('a1', '?timeout=0'))).json.status, 'pending');
  await rename(`${root}.away`, root);
  await renameOver(root, contextApprovalPath('a1'), decided('a1'));
  assert.equal((await heard).json.status, 'approved');
});

test('an approval that the watcher has not seen yet is found on the disk', async () => {
  await using door = await openTestDoor({ watch: 'poll' });
  const [root = ''] = door.roots;
  await writeFile(join(root, contextApprovalPath('new')), decided('new'));
  assert.equal((await askDoor(door.waitUrl('new', '?autoDelete=false'))).json.status, 'approved');
});

test('a timeout is clamped, and one that is no number is the usual one', async () => {
  await using door = await openTestDoor();
  assert.equal((await askDoor(door.waitUrl('a1', '?timeout=-5'))).json.timeout, true);
  assert.equal((await askDoor(door.waitUrl('a1', '?timeout='))).json.timeout, true);
  const held = ['?timeout=soon', '?timeout=1e99', '?timeout=Infinity', ''].map((query) =>
    askDoor(door.waitUrl('a1', query)),
  );
  await waiting(door, held.length);
  await renameOver(door.roots[0] ?? '', contextApprovalPath('a1'), decided('a1'));
  for (const one of await Promise.all(held)) assert.equal(one.json.status, 'approved');
});

test('no wait lasts longer than half an hour: who asked for longer is told to ask again', async () => {
  assert.equal(doorWaitMs('1e99'), 30 * 60_000);
  assert.equal(doorWaitMs(String(30 * 60_000 + 1)), 30 * 60_000);
  assert.equal(doorWaitMs(null), 10 * 60_000);
  await using door = await openTestDoor({ waitMsMax: 300 });
  for (const query of ['?timeout=1800001', '?timeout=1e99', '']) {
    const { status, json } = await askDoor(door.waitUrl('a1', query));
    assert.deepEqual([status, json.resolved, json.timeout], [200, false, true], query);
  }
  await renameOver(door.roots[0] ?? '', contextApprovalPath('a1'), decided('a1'));
  assert.equal((await askDoor(door.waitUrl('a1'))).json.status, 'approved');
});

test('the decided file stays where its agent has hung up, asked to keep it, or somebody has written another', async () => {
  await using door = await openTestDoor();
  const [root = ''] = door.roots;
  const path = contextApprovalPath('a1');
  const file = join(root, path);
  const gone = httpRequest(door.waitUrl('a1'), { agent: false });
  gone.on('error', () => undefined).end();
  await waiting(door, 1);
  gone.destroy();
  await waiting(door, 0);
  await renameOver(root, path, decided('a1'));
  assert.equal((await askDoor(door.waitUrl('a1', '?autoDelete=false'))).json.autoDeleted, false);
  assert.ok(existsSync(file));
  const { json } = await askDoor(door.waitUrl('a1'));
  assert.deepEqual([json.status, json.autoDeleted], ['approved', true]);
  await eventually(() => !existsSync(file));
});

/** A server that holds one request until it is told what to say; where it listens. */
async function holdOne(held: Parameters<typeof hold>[1], signMs: number) {
  const [ended, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = createHttpServer((_, response) => {
    response.once('close', closed.resolve);
    void hold(response, held, signMs).then(ended.resolve, ended.reject);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${port}/`,
    ended: ended.promise,
    closed: closed.promise,
    [Symbol.asyncDispose]: async () => void (await close()),
  };
}

test('an agent that waits gets signs of life, and its file is removed only after the whole answer', async () => {
  const held = Promise.withResolvers<{ body: object; afterwards: () => Promise<void> }>();
  await using server = await holdOne(held.promise, 5);
  let removed = 0;
  const answer = { body: { resolved: true }, afterwards: async () => void removed++ };
  // The headers come before there is an answer: without them the fetch of Node gives up after 5 minutes.
  const response = await fetch(server.url);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const readMore = async () => {
    const { value, done } = await reader.read();
    text += Buffer.from(value ?? []).toString();
    return done;
  };
  while (text.length < 3) await readMore();
  assert.match(text, /^ +$/);
  assert.equal(removed, 0);
  held.resolve(answer);
  while (!(await readMore()));
  assert.deepEqual(JSON.parse(text), { resolved: true });
  await server.ended;
  assert.equal(removed, 1);

  const later = Promise.withResolvers<typeof answer>();
  await using other = await holdOne(later.promise, 5);
  await (await fetch(other.url)).body?.cancel();
  await other.closed;
  later.resolve(answer);
  await other.ended;
  assert.equal(removed, 1, 'who has hung up has heard nothing');
});

test('200 agents wait at once and hear it; one more is told that there are too many; who hangs up makes room', async () => {
  await using door = await openTestDoor();
  const heard = Array.from({ length: 199 }, () => askDoor(door.waitUrl('a1')));
  const last = httpRequest(door.waitUrl('a1'), { agent: false });
  last.on('error', () => undefined).end();
  await waiting(door, 200);
  const more = await askDoor(door.waitUrl('a2'));
  assert.deepEqual([more.status, typeof more.json.error], [503, 'string']);
  last.destroy();
  await waiting(door, 199);
  assert.equal((await askDoor(door.waitUrl('a2', '?timeout=0'))).status, 200);
  await renameOver(door.roots[0] ?? '', contextApprovalPath('a1'), decided('a1'));
  for (const { json } of await Promise.all(heard)) assert.equal(json.status, 'approved');
});

test('when the bridge stops, an agent that waits is told to ask again', async () => {
  const door = await openTestDoor();
  const heard = askDoor(door.waitUrl('a1'));
  await waiting(door, 1);
  await door[Symbol.asyncDispose]();
  assert.deepEqual([(await heard).json.resolved, (await heard).json.timeout], [false, true]);
  await assert.rejects(askDoor(`${door.at}/health`));
});

test('links of both tools lead to the approval in the app, and to the Inbox where it is not known', async () => {
  await using door = await openTestDoor();
  const where = async (path: string) => (await askDoor(`${door.at}${path}`)).location;
  const path = encodeURIComponent(contextApprovalPath('a1'));
  assert.match(
    (await where('/approvals?id=a1')) ?? '',
    new RegExp(`^https://relay.example/#/m/m1/p/\\w+/approval/${path}$`),
  );
  for (const id of ['', '../../etc/passwd', 'https://evil.example', '%0d%0aSet-Cookie:%20a=b'])
    assert.equal(await where(`/approvals?id=${id}`), 'https://relay.example/#/inbox', id);
  assert.equal(await where('/approvals'), 'https://relay.example/#/inbox');
});

test('a dashboard that runs is said, and there is no door; a dead one and torn files do not block', async () => {
  const registers = (text: string) => (home: string) => writeFile(join(home, 'activeSession.json'), text);
  const living = { url: 'http://localhost:5000', port: 5000, pid: process.ppid };
  await using beside = await openTestDoor({ prepare: registers(JSON.stringify(living)) });
  assert.equal(beside.door, undefined);
  assert.match(beside.said(), /a dashboard runs already at http:\/\/localhost:5000/);
  assert.deepEqual(JSON.parse(await readFile(join(beside.home, 'activeSession.json'), 'utf8')), living);
  for (const text of [JSON.stringify({ ...living, pid: 2 ** 22 + 1 }), '{', '', '{"pid":-1,"url":"x"}', 'null']) {
    await using stale = await openTestDoor({ prepare: registers(text) });
    assert.equal(JSON.parse(await readFile(join(stale.home, 'activeSession.json'), 'utf8')).url, stale.door?.url, text);
  }
});

test('a port that is taken on 127.0.0.1 or ::1 is said, and nothing listens on the other', async (t) => {
  for (const host of ['127.0.0.1', '::1']) {
    const server = createServer().listen({ port: 0, host, ipv6Only: true });
    const listens = await new Promise((resolve) =>
      server.once('listening', () => resolve(true)).once('error', () => resolve(false)),
    );
    if (!listens) {
      t.diagnostic(`no ${host} here`);
      continue;
    }
    const { port } = server.address() as { port: number };
    await using taken = await openTestDoor({ port });
    assert.equal(taken.door, undefined, host);
    assert.match(taken.said(), /could not be opened on port/);
    assert.ok(!existsSync(join(taken.home, 'activeSession.json')));
    if (host === '::1') await assert.rejects(askDoor(`http://127.0.0.1:${port}/health`));
    server.close();
  }
});

const withoutIpv6 = 'ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6 && exec "$@"';
const unshare = ['-Urn', 'sh', '-c', withoutIpv6, 'sh'];
const skip = spawnSync('unshare', [...unshare, 'true']).status === 0 ? false : 'no network namespaces here';

test('on a machine without IPv6 the door is open on 127.0.0.1', { skip }, () => {
  const program = join(import.meta.dirname, '../kit/lone-door.ts');
  const { stdout, stderr } = spawnSync('unshare', [...unshare, process.execPath, program], { encoding: 'utf8' });
  assert.equal(stdout, '200\n', stderr);
});

test('the registration replaces a link, is private, is taken back at the end, and never where another took its place', async () => {
  const elsewhere = await openTestDoor({
    prepare: async (home) => {
      await writeFile(join(home, '..', 'elsewhere.json'), 'mine');
      await symlink(join(home, '..', 'elsewhere.json'), join(home, 'activeSession.json'));
    },
  });
  const file = join(elsewhere.home, 'activeSession.json');
  assert.equal(JSON.parse(await readFile(file, 'utf8')).pid, process.pid);
  assert.equal(await readFile(join(elsewhere.folder, 'elsewhere.json'), 'utf8'), 'mine');
  await elsewhere.door?.[Symbol.asyncDispose]();
  assert.ok(!existsSync(file));

  await using door = await openTestDoor();
  const other = { url: 'http://localhost:1', port: 1, pid: process.ppid };
  await writeFile(join(door.home, 'activeSession.json'), JSON.stringify(other));
  await door.door?.[Symbol.asyncDispose]();
  assert.deepEqual(JSON.parse(await readFile(join(door.home, 'activeSession.json'), 'utf8')), other);
  await elsewhere[Symbol.asyncDispose]();
});

test('where the registration cannot be written, the door is open and says what agents need', async () => {
  await using door = await openTestDoor({
    prepare: (home) => mkdir(join(home, 'activeSession.json', 'in'), { recursive: true }),
  });
  assert.equal((await askDoor(`${door.at}/health`)).status, 200);
  assert.match(door.said(), /activeSession\.json could not be changed.*DASHBOARD_URL=http:\/\/localhost:\d+/);
});
