/** The server of `sallyport mcp` over real files, with the official client beside it in one process. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { limits } from '#contract/limits.ts';
import { findAgentsProject } from '../../bridge/mcp/project.ts';
import { openRequests } from '../../bridge/mcp/requests.ts';
import { createMcpServer } from '../../bridge/mcp/serve.ts';
import { createTools, waitMs } from '../../bridge/mcp/tools.ts';
import { approvalPath, approvalText, category, design, firstId, makeAsked, renameOver } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { addWorktree } from '../kit/worktree.ts';

async function openServer(inFolder = 'shop', memory = 'data') {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  const root = join(folder.path, 'shop');
  await makeAsked(root);
  const start = async () => {
    const tools = createTools({
      project: () => findAgentsProject(join(folder.path, inFolder), folder.path),
      requests: openRequests(join(folder.path, memory)),
    });
    const server = createMcpServer(tools, { progressMs: 20 });
    const client = new Client({ name: 'an-agent', version: '1.0.0' });
    const [here, there] = InMemoryTransport.createLinkedPair();
    await server.connect(there);
    await client.connect(here);
    stack.defer(() => client.close());
    const call = async (
      name: string,
      args: Record<string, unknown>,
      options?: Parameters<Client['callTool']>[1],
    ): Promise<Record<string, unknown>> => {
      const { content } = (await client.callTool({ name, arguments: args }, options)) as {
        content: { text: string }[];
      };
      return JSON.parse(content[0]?.text ?? '') as Record<string, unknown>;
    };
    return { client, call };
  };
  return { folder: folder.path, root, start, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const path = approvalPath(firstId);
const decided = approvalText(firstId, { status: 'approved', response: 'Good' });

test('a call that wants progress hears of it, and one that is cancelled ends without an answer', async () => {
  await using opened = await openServer();
  const { client, call } = await opened.start();
  const heard: { progress: number; total?: number | undefined }[] = [];
  const waiting = call('wait_for_approval', { id: firstId }, { onprogress: (said) => heard.push(said) });
  await eventually(() => heard.length > 2);
  assert.equal(heard[0]?.total, limits.agentWaitMs / 1000);
  await renameOver(opened.root, path, decided);
  assert.equal((await waiting).status, 'approved');

  await renameOver(opened.root, approvalPath('a2'), approvalText('a2'));
  const stop = new AbortController();
  const cancelled = call('wait_for_approval', { id: 'a2' }, { signal: stop.signal });
  stop.abort();
  await assert.rejects(cancelled);
  await client.ping();
  assert.equal((await call('wait_for_approval', { id: 'a2', seconds: 0 })).status, 'pending');
});

test('a wait ends before clients give up, and lasts long only with progress', () => {
  assert.equal(waitMs(undefined, false), 50_000);
  assert.equal(waitMs(1800, false), 50_000);
  assert.equal(waitMs(3, false), 3000);
  assert.equal(waitMs(undefined, true), 30 * 60_000);
  assert.equal(waitMs(3, true), 3000);
});

test('a JSON that is half-written, or away for a moment, is no answer', async () => {
  await using opened = await openServer();
  const { call } = await opened.start();
  const file = join(opened.root, path);
  const waiting = call('wait_for_approval', { id: firstId });
  await writeFile(file, decided.slice(0, 40));
  assert.equal((await call('wait_for_approval', { id: firstId, seconds: 0 })).status, 'pending');
  const damaged = await call('withdraw_approval', { id: firstId });
  assert.equal(damaged.problem, 'file-unparsable');
  await rm(file);
  await writeFile(file, decided);
  assert.deepEqual((await waiting).status, 'approved');
  assert.equal((await call('withdraw_approval', { id: firstId })).problem, 'already-decided');
  await renameOver(opened.root, approvalPath('a2'), decided);
  assert.equal((await call('withdraw_approval', { id: 'a2' })).problem, 'already-decided');
  for (const id of [firstId, 'a2']) assert.ok(await stat(join(opened.root, approvalPath(id))), 'never removed');
});

test('what the agent was told is kept for seven days, for its user alone, and no longer', async () => {
  await using opened = await openServer();
  const { call } = await opened.start();
  await renameOver(opened.root, path, decided);
  await call('wait_for_approval', { id: firstId });
  await rm(join(opened.root, path));
  assert.equal((await call('wait_for_approval', { id: firstId })).response, 'Good');
  const memory = join(opened.folder, 'data', 'agents');
  const [name = ''] = await readdir(memory);
  assert.equal((await stat(join(memory, name))).mode & 0o777, 0o600);

  const later = openRequests(join(opened.folder, 'data'), () => Date.now() + 7 * 24 * 60 * 60_000 + 1);
  assert.equal(later.find(opened.root, firstId), undefined);
  await utimes(join(memory, name), new Date(0), new Date(0));
  await (await opened.start()).call('request_approval', { title: 'Design', file: design });
  assert.ok(!(await readdir(memory)).includes(name));
});

test('an agent that may write in its project alone is served all the same', async () => {
  await using opened = await openServer('shop', 'a-file/data');
  await writeFile(join(opened.folder, 'a-file'), 'x');
  const { call } = await opened.start();
  const { id, reused } = await call('request_approval', { title: 'Design', file: design });
  assert.deepEqual([id, reused], [firstId, true]);
  await renameOver(opened.root, path, decided);
  const { status, file, changed_since } = await call('wait_for_approval', { id });
  assert.deepEqual([status, file, changed_since], ['approved', join(opened.root, design), undefined]);
});

test('an absolute path inside the project is understood, and one outside is refused', async () => {
  await using opened = await openServer();
  const { call } = await opened.start();
  await writeFiles(opened.root, { 'src/x.ts': 'x' });
  await writeFiles(opened.folder, { 'outside.md': 'x' });
  const { id } = await call('request_approval', {
    title: 'Code',
    file: join(opened.root, 'src/x.ts'),
    spec: 'checkout',
  });
  const json = await readFile(join(opened.root, approvalPath(String(id))), 'utf8');
  assert.equal((JSON.parse(json) as Record<string, unknown>).filePath, 'src/x.ts');
  for (const file of [join(opened.folder, 'outside.md'), join(opened.root, '../outside.md'), '../outside.md', 'src'])
    assert.equal((await call('request_approval', { title: 'x', file })).problem, 'reviewed-file-unreadable', file);
  for (const spec of ['../up', 'a/b', '.snapshots'])
    assert.equal((await call('request_approval', { title: 'x', file: design, spec })).problem, 'args-invalid', spec);
});

test('in a worktree the request lies in the main checkout, and it is about the text that the agent means', async () => {
  await using opened = await openServer('tree/src');
  await writeFiles(opened.root, { 'src/x.ts': 'of main', 'NOTES.md': '# Notes\n' });
  await addWorktree(opened.root, join(opened.folder, 'tree'));
  await writeFiles(opened.folder, { 'tree/src/x.ts': 'of the worktree' });
  await rm(join(opened.folder, 'tree/NOTES.md'));
  const { call } = await opened.start();
  const ask = async (file: string) => {
    const { id } = await call('request_approval', { title: 'x', file, spec: 'checkout' });
    const json = JSON.parse(await readFile(join(opened.root, approvalPath(String(id))), 'utf8')) as {
      metadata?: { checkout?: string };
    };
    return { id, checkout: json.metadata?.checkout };
  };
  assert.equal((await ask('NOTES.md')).checkout, undefined, 'only the main checkout has it');
  const asked = await ask('src/x.ts');
  assert.equal(asked.checkout, 'tree');
  const folder = join(opened.root, category, '.snapshots/x.ts');
  const kept = await readFile(join(folder, 'snapshot-001.json'), 'utf8');
  assert.equal((JSON.parse(kept) as { content: string }).content, 'of the worktree');

  // What the main checkout has makes no difference.
  await writeFiles(opened.root, { 'src/x.ts': 'of main, later' });
  await renameOver(opened.root, approvalPath(String(asked.id)), decided);
  const answer = await call('wait_for_approval', { id: asked.id });
  assert.deepEqual([answer.file, answer.changed_since], [join(opened.folder, 'tree/src/x.ts'), false]);
});

test('people cannot see the files of a worktree that git does not list, so nothing is asked about them', async () => {
  await using opened = await openServer('tree/src');
  await mkdir(join(opened.root, '.git/worktrees/tree'), { recursive: true });
  await writeFiles(opened.folder, {
    'tree/.git': `gitdir: ${opened.root}/.git/worktrees/tree\n`,
    'tree/src/x.ts': 'of the worktree',
    'shop/NOTES.md': '# Notes\n',
  });
  const { call } = await opened.start();
  const { problem, detail } = await call('request_approval', { title: 'x', file: 'src/x.ts' });
  assert.deepEqual([problem, /worktree repair/.test(String(detail))], ['reviewed-file-unreadable', true]);
  assert.ok((await call('request_approval', { title: 'Notes', file: 'NOTES.md', spec: 'checkout' })).id);
});
