/** A backup of a relay at work: it can be put in the place of what was lost, and everything goes on from there. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { openRedisServer } from '../kit/redis.ts';
import { runProgram } from '../kit/run-program.ts';
import { openWorld } from '../kit/world.ts';

interface Up {
  readonly url: string;
  readonly apiKey: string;
}

const startRelay = (data: string, ...more: string[]) =>
  startProgram('api/main.ts', ['--json', '--port', '0', '--data', data, ...more]);

async function makeMachine({ url, apiKey }: Up, name: string): Promise<void> {
  const answer = await fetch(new URL('/v1/machines', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  assert.equal(answer.status, 201);
}

async function machineNames({ url, apiKey }: Up): Promise<string[]> {
  const answer = await fetch(new URL('/v1/machines', url), { headers: { authorization: `Bearer ${apiKey}` } });
  return ((await answer.json()) as { items: { name: string }[] }).items.map(({ name }) => name).sort();
}

test('a backup that is made while the relay works holds all that was answered, and a relay goes on from it', async () => {
  await using folder = await openTemporaryFolder();
  const [data, copy] = [join(folder.path, 'data'), join(folder.path, 'copy.sqlite')];
  const first = startRelay(data);
  const up = (await first.line((line) => 'url' in line)) as unknown as Up;
  await makeMachine(up, 'before');

  const made = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, folder.path);

  assert.deepEqual([made.code, made.stderr], [0, '']);
  assert.match(made.stdout, /The store is backed up in .*copy\.sqlite\./);
  assert.equal((await stat(copy)).mode & 0o777, 0o600);
  assert.deepEqual(
    (await readdir(data)).filter((name) => name.startsWith('backup-')),
    [],
  );
  await makeMachine(up, 'after');
  await first.end('SIGKILL');
  for (const end of ['', '-wal', '-shm']) await rm(join(data, `relay.sqlite${end}`), { force: true });
  await copyFile(copy, join(data, 'relay.sqlite'));
  await using second = startRelay(data);
  const again = (await second.line((line) => 'url' in line)) as unknown as Up;
  assert.equal(again.apiKey, up.apiKey, 'keys work as before');
  assert.deepEqual(await machineNames(again), ['before']);
  await makeMachine(again, 'later');
  assert.deepEqual(await machineNames(again), ['before', 'later']);
});

test('a relay that does not run is backed up too, and a file that is there is never written over', async () => {
  await using folder = await openTemporaryFolder();
  const [data, copy] = [join(folder.path, 'data'), join(folder.path, 'copy.sqlite')];
  const relay = startRelay(data);
  await relay.line((line) => 'url' in line);
  await relay.end();

  const made = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, folder.path);
  const again = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, folder.path);

  assert.equal(made.code, 0, made.stderr);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /copy\.sqlite exists; name a file that does not/);
});

test('a relay that was killed is backed up too', async () => {
  await using folder = await openTemporaryFolder();
  const [data, copy] = [join(folder.path, 'data'), join(folder.path, 'copy.sqlite')];
  const relay = startRelay(data);
  await relay.line((line) => 'url' in line);
  await relay.end('SIGKILL');

  const made = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, folder.path);

  assert.equal(made.code, 0, made.stderr);
});

test('what the system refuses of a backup is told in a sentence, without the words of Node', async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'relay');
  {
    await using relay = startRelay(data);
    await relay.line((line) => 'url' in line);
    assert.equal(await relay.end(), 0);
  }
  const backUp = async (...args: string[]) => {
    const { code, stderr } = await runProgram('api/main.ts', ['backup', ...args, '--data', data], {}, folder.path);
    assert.equal(code, 1);
    return stderr;
  };
  const nowhere = join(folder.path, 'none', 'copy.sqlite');
  assert.match(
    await backUp(nowhere),
    /^The backup cannot be written to \S+: no such file or directory \(\S+ to \S+copy\.sqlite\)\. Name a file in a folder/,
  );
  // A folder in the place of the note of which process runs.
  const running = join(data, 'relay.json');
  await mkdir(join(running, 'inside'), { recursive: true });
  await using relay = startRelay(data);
  assert.equal(await new Promise((resolve) => relay.child.once('close', resolve)), 1);
  assert.match(
    relay.errors(),
    /relay\.json cannot be written: [a-z ]+\(\S+\)\. Check who owns it, and its folder\.\n$/,
  );
  await rm(running, { recursive: true });
  // And one in the place of the owner's key.
  await rm(join(data, 'owner-key'));
  await mkdir(join(data, 'owner-key'));
  await using other = startRelay(data);
  assert.equal(await new Promise((resolve) => other.child.once('close', resolve)), 1);
  assert.match(other.errors(), /^The system refuses: .*\(\S+owner-key\)\. Check who owns that, and its disk\.\n$/);
});

test('no backup is made of a store that is not there: it would be empty', async () => {
  await using folder = await openTemporaryFolder();
  const [data, copy] = [join(folder.path, 'elsewhere'), join(folder.path, 'copy.sqlite')];

  const made = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, folder.path);

  assert.equal(made.code, 1, made.stdout);
  assert.match(made.stderr, /There is no store at .*relay\.sqlite\. Check --data and --store\./);
  assert.deepEqual(await readdir(folder.path), []);
});

test('on Redis the backup says what to do there', { skip: needs('redis-server') }, async () => {
  await using folder = await openTemporaryFolder();
  await using redis = await openRedisServer();
  const data = join(folder.path, 'data');
  await mkdir(data);
  const relay = startRelay(data, '--store', redis.url);
  await relay.line((line) => 'url' in line);

  const made = await runProgram('api/main.ts', ['backup', 'copy.sqlite', '--data', data], {}, folder.path);
  await relay.end();
  const store = ['--store', redis.url];
  const ended = await runProgram('api/main.ts', ['backup', 'copy.sqlite', '--data', data, ...store], {}, folder.path);

  for (const { code, stderr } of [made, ended]) {
    assert.equal(code, 1);
    assert.match(stderr, /^This relay stores its data in Redis.*BGSAVE.*\n$/);
  }
});

test("whoever took the port of a relay that was killed does not get the owner's key for the asking", async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'data');
  const relay = startRelay(data);
  const { url, apiKey } = (await relay.line((line) => 'url' in line)) as unknown as Up;
  await relay.end('SIGKILL');
  const heard: string[] = [];
  const thief = createServer((request, response) => {
    heard.push(JSON.stringify(request.headers));
    response.end(JSON.stringify({ p: 'sallyport/2', file: '/tmp/made-up' }));
  }).listen(Number(new URL(url).port), '127.0.0.1');
  await once(thief, 'listening');

  const made = await runProgram('api/main.ts', ['backup', 'copy.sqlite', '--data', data], {}, folder.path);

  thief.closeAllConnections();
  thief.close();
  assert.equal(made.code, 1);
  assert.match(made.stderr, /is not the relay of .*data/);
  assert.ok(heard.length > 0 && !heard.join().includes(apiKey));
});

test('the restore drill of the docs, line by line: a copy shows the documents as they were, beside the relay at work', async () => {
  await using world = await openWorld({ kind: 'sqlite' });
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const { id } = await world.startMachine('laptop', [root]);
  const [relay] = world.relay.programs();
  const copy = join(world.folder, 'copy.sqlite');
  const data = join(world.folder, 'relay');
  const made = await runProgram('api/main.ts', ['backup', copy, '--data', data], {}, world.folder);
  assert.equal(made.code, 0, made.stderr);
  const docs = await readFile(join(import.meta.dirname, '../../docs/operations.md'), 'utf8');
  const lines = /\*\*Restore drill\.\*\*[\s\S]*?\n\n((?: {4}.+\n)+)/.exec(docs)?.[1]?.trim().split(/\n */) ?? [];
  const argsOf = (line = '') => /^npm run api -- (.+)$/.exec(line)?.[1]?.split(' ') ?? assert.fail(line);
  const [folders = '', rehandling, starting, ...others] = lines;
  assert.deepEqual(others, []);

  execFileSync('sh', ['-ec', folders], { cwd: world.folder });
  const rehandled = await runProgram('api/main.ts', argsOf(rehandling), {}, world.folder);
  assert.equal(rehandled.code, 0, rehandled.stderr);
  const args = argsOf(starting).map((word) => (word === '8799' ? '0' : word));
  await using drill = startProgram('api/main.ts', ['--json', ...args], {}, world.folder);
  const up = (await drill.line((line) => 'url' in line)) as unknown as Up;

  const at = async <Answer>(url: string, key: string, path: string) => {
    const answer = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${key}` } });
    assert.equal(answer.status, 200, path);
    return (await answer.json()) as Answer;
  };
  const documents = `/v1/machines/${id}/documents?limit=500`;
  const restored = await at<{ items: unknown[] }>(up.url, up.apiKey, documents);
  assert.ok(restored.items.length > 0);
  assert.deepEqual(restored.items, (await at<{ items: unknown[] }>(world.url, world.key, documents)).items);
  assert.equal((await fetch(new URL('/readyz', up.url))).status, 200);
  assert.equal(relay?.child.exitCode, null, 'the relay at work goes on');
});
