/** An agent asks by MCP and hears the answer, whoever decides: here as the tools write it, by a rename. The client is the official one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { decidedText } from '../../bridge/approvals/approval-text.ts';
import { openAgent as openAgentIn } from '../kit/agent.ts';
import { design, firstId, makeAsked, renameOver } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { cleanEnvironment, programFile } from '../kit/process.ts';
import { openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const main = programFile('bridge/main.ts');

/** An agent in a project's folder. */
async function openAgent(files: Record<string, string>, inFolder = '') {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  const root = join(folder.path, 'shop');
  await writeFiles(root, files);
  const start = async () => {
    return stack.use(await openAgentIn(join(root, inFolder), join(folder.path, 'data')));
  };
  const agent = await start();
  const decide = async (
    path: string,
    wish: Omit<Parameters<typeof decidedText>[1], 'respondedAt' | 'comments'>,
    comments: object[] = [],
  ) => {
    const fields = JSON.parse(await readFile(join(root, path), 'utf8')) as Record<string, unknown>;
    const respondedAt = '2026-11-26T10:00:00.000Z';
    await renameOver(root, path, decidedText(fields, { ...wish, respondedAt, comments: comments as never }));
  };
  return { root, ...agent, again: start, decide, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('an agent asks, waits, hears the words and comments, changes the text and asks again', async () => {
  await using agent = await openAgent({
    [design]: '# Design\n\nWait 5 minutes.\n',
    '.spec-workflow/specs/checkout/x.md': 'x',
  });
  const { root, call, client, decide } = agent;
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map(({ name }) => name).sort(), [
    'request_approval',
    'wait_for_approval',
    'withdraw_approval',
  ]);

  const asked = await call('request_approval', { title: 'Design of checkout', file: design, reason: 'A first draft' });
  const path = `.spec-workflow/approvals/checkout/${String(asked.id)}.json`;
  const json = JSON.parse(await readFile(join(root, path), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(json), [
    'id',
    'title',
    'filePath',
    'type',
    'status',
    'createdAt',
    'category',
    'categoryName',
    'metadata',
  ]);
  assert.deepEqual(await readdir(join(root, '.spec-workflow/approvals/checkout/.snapshots/design.md')), [
    'metadata.json',
    'snapshot-001.json',
  ]);
  assert.deepEqual(await call('request_approval', { title: 'Again', file: design }), {
    isError: false,
    id: asked.id,
    reused: true,
  });

  assert.equal((await call('wait_for_approval', { id: asked.id, seconds: 0 })).status, 'pending');
  const waiting = call('wait_for_approval', { id: asked.id });
  await decide(path, { decision: 'needs-revision', response: '' }, [
    { type: 'general', comment: '2 minutes, not 5', timestamp: '2026-11-26T10:00:00.000Z', id: 'comment_1_abcdefghi' },
  ]);
  const answer = await waiting;
  assert.deepEqual(
    [answer.status, (answer.comments as { comment: string }[])[0]?.comment, answer.changed_since],
    ['needs-revision', '2 minutes, not 5', false],
  );

  await writeFile(join(root, design), '# Design\n\nWait 2 minutes.\n');
  const second = await call('request_approval', { title: 'Design of checkout', file: design });
  assert.equal(second.reused, false);
  const heard = call('wait_for_approval', { id: second.id });
  await decide(path.replace(String(asked.id), String(second.id)), { decision: 'approve', response: 'Good' });
  assert.deepEqual([(await heard).status, (await heard).response], ['approved', 'Good']);

  // Whoever asks later hears the same, also when the file is gone and the agent has started anew.
  await rm(join(root, path.replace(String(asked.id), String(second.id))));
  const later = await agent.again();
  assert.equal((await later.call('wait_for_approval', { id: second.id })).status, 'approved');
  assert.equal((await later.call('wait_for_approval', { id: asked.id })).status, 'needs-revision');
});

test('a request is taken back, and what cannot be asked says why', async () => {
  await using agent = await openAgent({
    [design]: '# Design\n',
    '.env': 'S=1',
    '.spec-workflow/specs/checkout/tasks.md': '* [ ] 1. Star\n- [X] 2. Big\n- [ ] Words\n',
  });
  const { root, call } = agent;
  const { id } = await call('request_approval', { title: 'Design', file: design });
  const waiting = call('wait_for_approval', { id });
  assert.equal((await call('withdraw_approval', { id })).withdrawn, true);
  assert.equal((await waiting).status, 'withdrawn');
  assert.deepEqual(
    (await readdir(join(root, '.spec-workflow/approvals/checkout'))).filter((name) => name.endsWith('.json')),
    [],
  );
  for (const file of ['../x.md', '/etc/passwd', '.env', 'gone.md'])
    assert.deepEqual(
      [(await call('request_approval', { title: 'x', file })).problem],
      ['reviewed-file-unreadable'],
      file,
    );
  const refused = await call('request_approval', { title: 'Tasks', file: '.spec-workflow/specs/checkout/tasks.md' });
  assert.deepEqual([refused.isError, refused.problem], [true, 'format-refused']);
  assert.match(String(refused.detail), /Line 1: A task begins with "-", not with "\*"\. Line \d: .* Line \d: /);
  assert.equal((await call('wait_for_approval', { id: 'approval_1_nothing' })).problem, 'approval-unknown');
});

test('a LeanSpec agent asks, the person decides by curl, and the agent hears it within a second', async () => {
  const file = 'specs/001-first/README.md';
  await using world = await openWorld();
  await using agent = await openAgent({ [file]: specText('First') }, 'specs/001-first');
  const { root, call } = agent;
  await world.startMachine('laptop', [root]);
  const at = '/v1/machines/laptop/projects/shop/approvals';

  const { id } = await call('request_approval', { title: 'First', file, reason: 'Look at the goal' });
  assert.ok((await readdir(join(root, '.lean-spec/approvals/001-first'))).includes(`${String(id)}.json`));
  type Listed = { id: string; rev: string; file: { path: string; rev: string } };
  const listed = await eventually(async () => {
    const { result } = await world.call<{ result: { items: Listed[] } }>('GET', `${at}?status=pending`);
    return result.items.find((item) => item.id === id);
  });
  assert.equal(listed.file.path, file);
  const waiting = call('wait_for_approval', { id }).then((answer) => ({ answer, at: performance.now() }));
  const wish = { ifRev: listed.rev, fileRev: listed.file.rev, response: 'Smaller steps' };
  await world.call('POST', `${at}/${String(id)}/needs-revision`, wish);
  const decidedAt = performance.now();
  const heard = await waiting;
  assert.deepEqual([heard.answer.status, heard.answer.response], ['needs-revision', 'Smaller steps']);
  assert.ok(heard.at - decidedAt < 1000, `${heard.at - decidedAt} ms`);

  // Asked by curl, as an agent without MCP would.
  const created = await world.call<{ state: string; result: { approval: string; reused: boolean } }>('POST', at, {
    title: 'First, again',
    file,
  });
  assert.deepEqual([created.state, created.result.reused], ['done', false]);
  assert.equal((await call('wait_for_approval', { id: created.result.approval, seconds: 0 })).status, 'pending');
});

test('whatever a client sends, stdout carries the protocol alone, and each line has its answer', async () => {
  await using folder = await openTemporaryFolder();
  const child = spawn(process.execPath, [main, 'mcp'], {
    cwd: folder.path,
    env: { ...cleanEnvironment(), SALLYPORT_DATA: folder.path, HOME: folder.path },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors = text(child.stderr);
  const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const call = (id: number, name: string, args: object) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args },
  });
  const lines = [
    { jsonrpc: '2.0', id: 1, method: 'initialize', params: hello },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    'not JSON',
    [],
    { id: 2, method: 'ping' },
    { jsonrpc: '2.0', id: 3, method: 'tools/call', params: [] },
    'x'.repeat(limits.agentMessageMax + 1),
    { jsonrpc: '2.0', id: 4, method: 'unknown' },
    call(5, 'unknown', {}),
    call(6, 'request_approval', { title: 'two\nlines', file: 'x.md' }),
    call(7, 'request_approval', { title: 'x', file: 'x.md' }),
    call(8, 'wait_for_approval', { id: '../../../etc/passwd', seconds: 0 }),
  ];
  for (const line of lines) child.stdin.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  const answers: { id: number | null; error?: { code: number }; result?: { isError?: boolean } }[] = [];
  for await (const line of createInterface(child.stdout)) {
    answers.push(JSON.parse(line));
    if (answers.length === 11) child.stdin.end();
  }
  assert.equal(await errors, '');
  const told = answers.map(({ id, error, result }) => [id, error?.code ?? result?.isError ?? 'ok'].join(' '));
  assert.deepEqual(told.sort(), [
    ...[' -32600', ' -32600', ' -32700', '1 ok', '2 -32600', '3 -32600', '4 -32601', '5 -32602', '6 true', '7 true'],
    '8 true',
  ]);
});

test('an agent whose end of stdout is closed leaves no server behind, though its stdin is open and a wait is under way', async () => {
  await using folder = await openTemporaryFolder();
  await makeAsked(folder.path);
  const child = spawn(process.execPath, [main, 'mcp'], {
    cwd: folder.path,
    env: { ...cleanEnvironment(), SALLYPORT_DATA: join(folder.path, 'data'), HOME: folder.path },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [errors, ended] = [text(child.stderr), once(child, 'exit')];
  child.stdin.on('error', () => undefined);
  const send = (id: number, method: string, params: object = {}) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
  const client = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  send(1, 'initialize', client);
  await once(child.stdout, 'data');
  const _meta = { progressToken: 1 };
  send(2, 'tools/call', { name: 'wait_for_approval', arguments: { id: firstId, seconds: 1800 }, _meta });
  child.stdout.destroy();
  send(3, 'ping');
  assert.deepEqual(await ended, [0, null]);
  assert.equal(await errors, '');
});
