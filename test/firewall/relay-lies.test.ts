/** A relay that is not to be trusted: whatever it says, the bridge refuses in order, keeps running, and the files stay. */
import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyAudit } from '#contract/audit.ts';
import { readAudit, sha256 } from '../../bridge/audit/log.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddling, type Met, openMeddler } from '../kit/meddler.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

const json = { 'content-type': 'application/json' };
const first = 'specs/001-first-light/README.md';

/** The answer to a poll with these commands. */
function pollAnswer(commands: readonly object[], after: number): Meddling {
  const next = { waitSeconds: 25, delayMs: 0 };
  const answer = { p: 'sallyport/2', commands, after, cancel: [], now: Date.now(), next };
  return { status: 200, headers: json, answer: JSON.stringify(answer) };
}

function command(id: string, kind: string, args: object, more: object = {}) {
  const until = Date.now() + 60_000;
  return { id, position: 1, kind, args, by: 'nobody', expiresAt: until, leasedUntil: until, lease: '1.1', ...more };
}

/** Settled items of all results posted so far, by command id. */
function settledIn(met: readonly Met[]): Map<string, { state: string; problem?: { code: string } }> {
  const posted = met.filter(({ path }) => path === '/v1/bridge/results');
  const items = posted.flatMap(({ text }) => (JSON.parse(text()) as { items: { id: string; state: string }[] }).items);
  return new Map(items.map((item) => [item.id, item]));
}

const takeAll = ({ text }: Met): Meddling => {
  const { items } = JSON.parse(text()) as { items: { id: string }[] };
  const answer = { p: 'sallyport/2', items: items.map(({ id }) => ({ id, outcome: 'ok' })) };
  return { status: 200, headers: json, answer: JSON.stringify(answer) };
};

async function openLyingRelay(relay: TestApi, commands: readonly object[]) {
  let told = false;
  return await openMeddler(relay.url, (met) => {
    if (met.path === '/v1/bridge/results') return takeAll(met);
    if (!met.path.startsWith('/v1/bridge/poll') || told) return undefined;
    told = true;
    return pollAnswer(commands, commands.length);
  });
}

test('unknown kinds, paths outside, foreign projects and expired commands each end refused, and nothing is written', async () => {
  await using relay = await openApi();
  const write = { project: 'shop', spec: '001', status: 'complete' };
  await using box = await openLyingRelay(relay, [
    command('unknown-kind', 'rm-rf', { project: 'shop' }),
    command('outside-path', 'spec-document-write', { ...write, document: '../../../../etc/passwd' }),
    command('foreign-project', 'spec-metadata-update', { ...write, project: 'other' }, { ifRev: 'a'.repeat(64) }),
    command('expired-long-ago', 'spec-metadata-update', write, { ifRev: 'a'.repeat(64), expiresAt: 1 }),
    command('without-a-rev', 'spec-metadata-update', write),
    command('not-what-was-seen', 'spec-metadata-update', write, { ifRev: 'a'.repeat(64) }),
    command('prototype-args', '__proto__', {}),
  ]);
  await using machine = await openBridge(relay, { through: box.url });
  const before = await readFile(join(machine.root, first), 'utf8');
  const settled = await eventually(() => {
    const all = settledIn(box.met);
    return all.size === 7 && all;
  });
  assert.deepEqual([...settled].map(([id, { state, problem }]) => [id, state, problem?.code]).sort(), [
    ['expired-long-ago', 'failed', 'command-expired'],
    ['foreign-project', 'failed', 'project-unknown'],
    ['not-what-was-seen', 'conflict', 'conflict'],
    ['outside-path', 'failed', 'args-invalid'],
    ['prototype-args', 'failed', 'kind-unknown'],
    ['unknown-kind', 'failed', 'kind-unknown'],
    ['without-a-rev', 'failed', 'rev-required'],
  ]);
  assert.equal(await readFile(join(machine.root, first), 'utf8'), before);
  assert.equal(machine.bridge.status().state, 'live');
});

test('the same command over and over is done once, and the relay is asked ever more slowly', async () => {
  await using relay = await openApi();
  const again = command('again-and-again', 'spec-archive', { project: 'shop', spec: '001' }, { ifRev: 'a'.repeat(64) });
  await using box = await openMeddler(relay.url, (met) => {
    if (met.path === '/v1/bridge/results') return takeAll(met);
    return met.path.startsWith('/v1/bridge/poll') ? pollAnswer([again], 1) : undefined;
  });
  await using machine = await openBridge(relay, { through: box.url });
  await eventually(() => settledIn(box.met).size === 1);
  const polls = () => box.met.filter(({ path }) => path.startsWith('/v1/bridge/poll')).length;
  await eventually(() => polls() >= 6);
  const began = performance.now();
  await eventually(() => polls() >= 7);
  assert.ok(performance.now() - began > 900, 'it keeps asking at full speed');
  assert.equal(machine.bridge.status().state, 'live');
});

test('words of 70,000 characters from a relay keep no receipt back, and the audit log of the machine holds', async () => {
  await using relay = await openApi();
  const long = 'x'.repeat(70_000);
  const ifRev = 'a'.repeat(64);
  await using box = await openLyingRelay(relay, [
    command('long-author', 'spec-archive', { project: 'shop', spec: '001' }, { by: long, ifRev }),
    command('long-kind', long, { project: 'shop', spec: long }),
    command('long-args', 'spec-archive', { project: 'shop', spec: long, [long]: long }, { ifRev }),
    command('an-honest-one', 'spec-archive', { project: 'shop', spec: '002' }, { ifRev }),
  ]);
  await using machine = await openBridge(relay, { through: box.url });
  const settled = await eventually(() => {
    const all = settledIn(box.met);
    return all.size === 4 && all;
  });
  assert.deepEqual([...settled].map(([id, { state }]) => [id, state]).sort(), [
    ['an-honest-one', 'conflict'],
    ['long-args', 'failed'],
    ['long-author', 'conflict'],
    ['long-kind', 'failed'],
  ]);
  const lines = await eventually(async () => {
    const all = await readAudit(join(machine.root, '../bridge'));
    return all.length === 4 && all;
  });
  assert.equal(verifyAudit(lines, sha256).holds, true);
  assert.ok(lines.every((line) => line.length < 4000));
});

for (const [title, path, answer] of [
  ['a connect without its fields', '/v1/bridge/connect', { p: 'sallyport/2' }],
  ['a poll with foreign commands', '/v1/bridge/poll', { p: 'sallyport/2', commands: [{ id: '../x' }], after: 1 }],
  [
    'an epoch that is no number',
    '/v1/bridge/connect',
    { p: 'sallyport/2', machine: 'machine1', epoch: 'x', handle: '', now: 0 },
  ],
] as const) {
  test(`an answer in another shape is no answer: ${title}`, async () => {
    await using relay = await openApi();
    await using box = await openMeddler(relay.url, (met) =>
      met.path.startsWith(path) ? { status: 200, headers: json, answer: JSON.stringify(answer) } : undefined,
    );
    await using machine = await openBridge(relay, { through: box.url });
    assert.match((await machine.event('trouble')).why, /in a shape that does not fit/);
    box.meddle = () => undefined;
    await machine.event('synced');
  });
}

test('a relay that wants what nobody has, and a comparison without end, do no harm', async () => {
  await using relay = await openApi();
  let connects = 0;
  await using box = await openMeddler(relay.url, ({ path }) => {
    if (path === '/v1/bridge/connect') connects += 1;
    const want = [
      ['nobodys-project', 'x.md'],
      ['nobodys-project', '../../etc/passwd'],
    ];
    if (path === '/v1/bridge/manifest')
      return {
        status: 200,
        headers: json,
        answer: JSON.stringify({ p: 'sallyport/2', want: want.filter(([, at]) => at === 'x.md') }),
      };
    if (path !== '/v1/bridge/poll') return undefined;
    const problem = { p: 'sallyport/2', code: 'resync', title: 'compare again', retry: 'after-resync' };
    return { status: 409, headers: json, answer: JSON.stringify(problem) };
  });
  await using machine = await openBridge(relay, { through: box.url });
  await eventually(() => connects >= 1);
  const began = performance.now();
  await eventually(() => connects >= 4, { timeoutMs: 60_000 });
  assert.ok(performance.now() - began > 100, 'it reconnects at full speed');
  assert.notEqual(machine.bridge.status().state, 'stopped');
});

test('a bridge listens on no port', {
  skip: process.platform !== 'linux' && 'sockets are read from /proc',
}, async () => {
  await using folder = await openTemporaryFolder();
  await using relay = await openApi();
  const root = await makeSmallProject(join(folder.path, 'shop'));
  const { key } = await relay.api.createMachine('laptop');
  const args = ['run', '--url', relay.url, '--key', key, '--data', join(folder.path, 'data'), '--json', root];
  await using bridge = startProgram('bridge/main.ts', args);
  await bridge.line(({ event }) => event === 'synced');
  const fds = `/proc/${bridge.child.pid}/fd`;
  const links = await Promise.all((await readdir(fds)).map((fd) => readlink(join(fds, fd)).catch(() => '')));
  const own = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]));
  const tables = await Promise.all(
    ['tcp', 'tcp6', 'udp', 'udp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')),
  );
  const rows = tables.flatMap((table) => table.split('\n').slice(1)).map((row) => row.trim().split(/\s+/));
  const listening = rows.filter(
    ([, , , state, , , , , , inode]) => (state === '0A' || state === '07') && own.has(inode),
  );
  assert.deepEqual(listening, []);
  assert.ok(own.size > 1);
});
