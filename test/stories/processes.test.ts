/** Any number of api processes on one Redis behave as one, and a Redis that falls over is no disaster. */

import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRecord } from '#contract/command.ts';
import type { Machine } from '#contract/machine.ts';
import { connectRequest } from '../kit/bridge-calls.ts';
import { openStream } from '../kit/event-stream.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject, specText } from '../kit/projects.ts';
import type { TestRedis } from '../kit/redis.ts';
import { type Session, sessionOf } from '../kit/session.ts';
import { openWorld, type World } from '../kit/world.ts';

const test = testNeeding('redis-server');

const first = 'specs/001-first-light/README.md';

/** One call to a process of one's choice. */
async function ask(world: World, process: 0 | 1, method: string, path: string, body?: unknown, key = world.key) {
  const response = await fetch(new URL(path, world.relay.urls[process]), {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, json };
}

/** Two processes, a machine whose bridge talks to the first alone. */
async function openTwo() {
  const world = await openWorld({ kind: 'two' });
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root], {}, world.relay.urls[0]);
  const redis = world.relay.redis as TestRedis;
  return { world, root, machine, redis, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('a command posted to one process wakes the poll held by the other, and what the bridge saves reaches a stream there', async () => {
  await using two = await openTwo();
  const { world, root } = two;
  const [a, b] = world.relay.urls as [string, string];
  await using atB = await openStream(b, world.key);
  await using atA = await openStream(a, world.key);
  const base = `/v1/machines/${two.machine.id}`;
  const args = { project: 'shop', spec: '001', status: 'in-progress' };
  const { rev } = await two.machine.document(first);
  const started = performance.now();
  const sent = await ask(world, 1, 'POST', `${base}/commands`, { kind: 'spec-metadata-update', args, ifRev: rev });
  assert.equal(sent.status, 202, JSON.stringify(sent.json));
  const done = await ask(world, 1, 'GET', `/v1/machines/laptop/commands/${sent.json.id}?wait=10`);
  assert.equal(done.json.state, 'done', JSON.stringify(done.json));
  assert.ok(performance.now() - started < 5000, 'the poll was woken, not waited out');
  const isDone = (stream: typeof atA) => stream.event((event) => event.document?.meta.status === 'in-progress');
  await Promise.all([isDone(atA), isDone(atB)]);
  await writeFile(join(root, first), specText('First light', { assignee: 'ada' }));
  await atB.event((event) => event.document?.meta.assignee === 'ada');
});

test('a question asked at one process is told by the poll held at the other, and its answer reaches the call that waits (Q1, Q3)', async () => {
  await using two = await openTwo();
  const { world, root, machine } = two;
  const args = { project: 'shop', path: first };
  const text = await readFile(join(root, first), 'utf8');
  const questions = `/v1/machines/${machine.id}/queries`;
  const started = performance.now();
  const answers = await Promise.all(
    ([1, 0, 1, 0] as const).map((process) => ask(world, process, 'POST', questions, { kind: 'file-read', args })),
  );
  for (const { status, json } of answers) {
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal((json.result as { text: string }).text, text);
  }
  assert.ok(performance.now() - started < 5000, 'the poll was woken, not waited out');
  const nowhere = { kind: 'file-read', args: { project: 'shop', path: 'specs/nowhere.md' } };
  assert.equal((await ask(world, 1, 'POST', questions, nowhere)).json.code, 'document-unknown');
});

test('a key revoked at one process ends its streams and polls at the other within 5 s', async () => {
  await using two = await openTwo();
  const { world } = two;
  const made = await ask(world, 0, 'POST', '/v1/keys', { name: 'phone', scope: 'read' });
  await using stream = await openStream(world.relay.urls[1] as string, String(made.json.key));
  const started = performance.now();
  assert.ok((await ask(world, 0, 'DELETE', `/v1/keys/${made.json.id}`)).status < 300);
  await stream.closed;
  assert.ok(performance.now() - started < 5000);
});

test('a role or password changed at one process ends what it held at the other within 5 s, sessions and links too', async () => {
  await using two = await openTwo();
  const { world } = two;
  const [a = '', b = ''] = world.relay.urls;
  /** Opens a link at a process as a browser would: the headers of its session, at any of them. */
  const open = async (at: string, body: object) => {
    const answer = await fetch(new URL('/v1/sessions', at), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { person } = (await answer.json()) as { person: { id: string } };
    return { id: person.id, held: sessionOf(answer) };
  };
  const as = (at: string, held: Session) => ({ ...held, origin: at, 'sec-fetch-site': 'same-origin' });
  const invited = await ask(world, 0, 'POST', '/v1/invitations', { name: 'Grace', role: 'member' });
  const own = await open(a, { token: String(invited.json.url).split('/').at(-1) });
  const set = (password: string, more = {}) =>
    fetch(new URL('/v1/me/password', a), {
      method: 'PUT',
      headers: { ...as(a, own.held), 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'grace@example.com', password, ...more }),
    });
  const first = await set('first password');
  assert.equal(first.status, 200);
  own.held = sessionOf(first);
  const thief = await open(b, { email: 'grace@example.com', password: 'first password' });
  const stolen = await openStream(b, as(b, thief.held));
  let began = performance.now();
  assert.equal((await set('second password', { current: 'first password' })).status, 200);
  await stolen.closed;
  assert.ok(performance.now() - began < 5000);
  assert.equal((await fetch(new URL('/v1/me', b), { headers: as(b, thief.held) })).status, 401);

  const again = await open(b, { email: 'grace@example.com', password: 'second password' });
  const stream = await openStream(b, as(b, again.held));
  began = performance.now();
  assert.equal((await ask(world, 0, 'PATCH', `/v1/members/${again.id}`, { role: 'viewer' })).status, 200);
  await stream.closed;
  assert.ok(performance.now() - began < 5000);
});

test('presence has one truth: what ends an old connection at one process does not mark the new one at the other offline', async () => {
  await using world = await openWorld({ kind: 'two' });
  const { json } = await ask(world, 0, 'POST', '/v1/machines', { name: 'laptop' });
  const { machine, key } = json as { machine: Machine; key: string };
  const call = (at: 0 | 1, path: string, body: unknown) => ask(world, at, 'POST', `/v1/bridge/${path}`, body, key);
  const connect = async (at: 0 | 1) => (await call(at, 'connect', connectRequest('laptop'))).json.epoch as number;
  const statuses = () =>
    Promise.all(
      ([0, 1] as const).map(async (at) => (await ask(world, at, 'GET', `/v1/machines/${machine.id}`)).json.status),
    );
  const before = await connect(0);
  const held = call(0, 'poll', { epoch: before, after: 0, holding: [], waitSeconds: 20 });
  const after = await connect(1);
  assert.equal((await held).json.code, 'superseded', 'the poll of the old connection ends');
  assert.equal((await call(0, 'bye', { epoch: before })).json.code, 'superseded');
  assert.deepEqual(await statuses(), ['online', 'online']);
  await call(1, 'bye', { epoch: after });
  assert.deepEqual(await statuses(), ['offline', 'offline']);
});

test('Redis away for a while: 503 with Retry-After, holds end, and everything goes on by itself', async () => {
  await using two = await openTwo();
  const { world, root, redis } = two;
  const waiting = ask(world, 1, 'GET', '/v1/feeds/p/events?live=long-poll&offset=now');
  await redis.end('SIGKILL');
  const refused = await eventually(async () => {
    const answer = await ask(world, 0, 'GET', '/v1/machines');
    return answer.status === 503 && answer;
  });
  assert.equal(refused.json.code, 'store-away');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await ask(world, 0, 'GET', '/livez')).status, 200);
  assert.equal((await ask(world, 0, 'GET', '/readyz')).status, 503);
  assert.equal((await waiting).status, 503, 'a held request ends');
  await writeFile(join(root, first), specText('First light', { assignee: 'saved-meanwhile' }));
  await redis.start();
  await eventually(async () => (await two.machine.document(first)).meta.assignee === 'saved-meanwhile', {
    timeoutMs: 30_000,
  });
  const { rev } = await two.machine.document(first);
  const done = await two.machine.send(
    'spec-metadata-update',
    { project: 'shop', spec: '001', status: 'in-progress' },
    rev,
  );
  assert.equal(done.state, 'done', JSON.stringify(done));
});

test('Redis restored from an old copy: readers start anew, the machine uploads what is missing, no receipt lies', async () => {
  await using two = await openTwo();
  const { world, root, machine, redis } = two;
  await redis.command('SAVE');
  await copyFile(join(redis.folder, 'dump.rdb'), join(redis.folder, 'old.rdb'));
  const stream = await openStream(world.url, world.key);
  const { rev } = await machine.document(first);
  const done = await machine.send('spec-metadata-update', { project: 'shop', spec: '001', status: 'in-progress' }, rev);
  assert.equal(done.state, 'done', JSON.stringify(done));
  await writeFile(join(root, 'specs/001-first-light/NOTES.md'), '# Notes\n');
  await eventually(() => machine.document('specs/001-first-light/NOTES.md'));
  const feeds = stream.feeds();
  await redis.end('SIGKILL');
  await copyFile(join(redis.folder, 'old.rdb'), join(redis.folder, 'dump.rdb'));
  await redis.start('--appendonly', 'no');

  await eventually(() => machine.document('specs/001-first-light/NOTES.md'), { timeoutMs: 30_000 });
  assert.equal((await machine.document(first)).meta.status, 'in-progress');
  await stream[Symbol.asyncDispose]();
  await using again = await openStream(world.url, world.key, feeds);
  // An offset that the store has forgotten is reset.
  await eventually(() => again.controls.some(({ type }) => type === 'reset'));
  // The command is not known any more, or known as it truly ended: never as still to come.
  const { json } = await ask(world, 1, 'GET', `/v1/machines/laptop/commands/${done.id}`);
  assert.ok(['command-unknown', undefined].includes(json.code as string | undefined), JSON.stringify(json));
  if (json.code === undefined) assert.equal((json as unknown as CommandRecord).state, 'done');
});

test('Redis emptied: nobody gets in on what is gone, and nothing pretends', async () => {
  await using two = await openTwo();
  const { world, redis } = two;
  await using stream = await openStream(world.url, world.key);
  await redis.command('FLUSHALL');
  await stream.closed;
  // A process takes a key that it has just looked up for up to a second more (ADR 11).
  await eventually(async () => (await ask(world, 1, 'GET', '/v1/machines')).status === 401);
  assert.equal(two.machine.bridge().child.signalCode, null);
});
