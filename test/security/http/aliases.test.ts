/** Every path of a kind as issue and docs name it: what it answers, what it wants to have been seen, and that OpenAPI says the same. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { CommandRecord } from '#contract/command.ts';
import { commandKind, type KindName, kinds } from '#contract/kinds/index.ts';
import { aliases, namesIn } from '../../../api/routes/aliases.ts';
import { createOpenApi, openApiPath } from '../../../api/routes/openapi.ts';
import { eventually } from '../../kit/eventually.ts';
import { type KindsGround, openKindsGround } from '../../kit/kinds-ground.ts';
import { kindsTable, type Wish } from '../../kit/kinds-table.ts';

let stage: KindsGround;
before(async () => {
  stage = await openKindsGround();
});
after(async () => await stage[Symbol.asyncDispose]());

const project = '/v1/machines/:machine/projects/:project';
const approval = `${project}/approvals/:approval`;
const jobs = '/v1/machines/:machine/jobs';

/** The paths by which programs know the kinds, in the order of the kinds. */
const promised: readonly (readonly [method: string, path: string, kind: KindName])[] = [
  ['GET', `${project}/specs`, 'spec-list'],
  ['GET', `${project}/specs/archived`, 'spec-archived-list'],
  ['GET', `${project}/specs/:spec`, 'spec-list'],
  ['GET', `${project}/specs/:spec/all`, 'spec-read'],
  ['GET', `${project}/specs/:spec/all/archived`, 'spec-archived-read'],
  ['GET', `${project}/info`, 'project-info'],
  ['GET', `${project}/files/*path`, 'file-read'],
  ['PUT', `${project}/files/*path`, 'file-write'],
  ['POST', `${project}/specs`, 'spec-create'],
  ['PUT', `${project}/specs/:spec/requirements`, 'spec-document-write'],
  ['PUT', `${project}/specs/:spec/design`, 'spec-document-write'],
  ['PUT', `${project}/specs/:spec/tasks`, 'spec-document-write'],
  ['PUT', `${project}/specs/:spec/documents/:document`, 'spec-document-write'],
  ['POST', `${project}/specs/:spec/archive`, 'spec-archive'],
  ['POST', `${project}/specs/:spec/unarchive`, 'spec-unarchive'],
  ['GET', `${project}/specs/:spec/tasks/progress`, 'task-progress'],
  ['PUT', `${project}/specs/:spec/tasks/:task/status`, 'task-status-update'],
  ['GET', `${project}/steering`, 'steering-status'],
  ['GET', `${project}/steering/:document`, 'steering-read'],
  ['PUT', `${project}/steering/:document`, 'steering-write'],
  ['GET', `${project}/approvals`, 'approval-list'],
  ['POST', `${project}/approvals`, 'approval-create'],
  ['GET', approval, 'approval-get'],
  ['DELETE', approval, 'approval-delete'],
  ['GET', `${approval}/content`, 'approval-content'],
  ['GET', `${approval}/snapshots`, 'approval-snapshots'],
  ['GET', `${approval}/snapshots/:version`, 'approval-snapshot-get'],
  ['GET', `${approval}/diff`, 'approval-diff'],
  ['GET', `${approval}/decision`, 'approval-decision'],
  ['GET', `${approval}/wait`, 'approval-wait'],
  ['POST', `${approval}/approve`, 'approval-update'],
  ['POST', `${approval}/reject`, 'approval-update'],
  ['POST', `${approval}/needs-revision`, 'approval-update'],
  ['POST', `${approval}/reopen`, 'approval-reopen'],
  ['POST', `${approval}/snapshot`, 'approval-snapshot'],
  ['POST', `${project}/approvals/batch/approve`, 'approval-decide-many'],
  ['POST', `${project}/approvals/batch/reject`, 'approval-decide-many'],
  ['POST', `${project}/approvals/batch/undo`, 'approval-reopen-many'],
  ['GET', `${project}/specs/:spec/implementation-log`, 'impl-log-read'],
  ['POST', `${project}/specs/:spec/implementation-log`, 'impl-log-add'],
  ['GET', `${project}/implementation-log`, 'impl-log-search'],
  ['GET', `${project}/specs/:spec/implementation-log/task/:task/stats`, 'impl-log-task-stats'],
  ['DELETE', project, 'project-remove'],
  ['GET', '/v1/machines/:machine/projects/discover', 'project-discover'],
  ['POST', '/v1/machines/:machine/projects/add', 'project-add'],
  ['GET', '/v1/machines/:machine/doctor', 'doctor'],
  ['GET', jobs, 'job-list'],
  ['POST', jobs, 'job-create'],
  ['GET', `${jobs}/:job`, 'job-get'],
  ['PUT', `${jobs}/:job`, 'job-update'],
  ['DELETE', `${jobs}/:job`, 'job-delete'],
  ['GET', `${jobs}/:job/plan`, 'job-plan'],
  ['GET', `${jobs}/:job/history`, 'job-history'],
  ['GET', `${jobs}/:job/stats`, 'job-stats'],
  ['POST', `${jobs}/:job/run`, 'job-run'],
  ['POST', `${jobs}/:job/restore`, 'trash-restore'],
  ['GET', '/v1/approvals', 'approval-list'],
];

/** A path with its parameters filled, and the args that are left over. */
function filled(path: string, machine: string, args: Wish['args']) {
  const names = namesIn(path);
  const at = path.replace(/([:*])(\w+)/g, (_, sort: string, name: string) => {
    const value = String(name === 'machine' ? machine : (args[name] ?? 'reading'));
    return sort === '*' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  return { at, rest: Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name))) };
}

interface Answer {
  readonly p: string;
  readonly source?: string;
  readonly asOf?: string;
  readonly code?: string;
  readonly result?: unknown;
}

test('every path is there as it was promised, and described where programs look', () => {
  const paths = createOpenApi().paths as Record<string, Record<string, { readonly description?: string }>>;
  for (const [method, path, kind] of promised) {
    const found = aliases.find(({ route }) => route.method === method && route.path === path);
    assert.equal(found?.kindName, kind, `${method} ${path}`);
    assert.match(paths[openApiPath(path)]?.[method.toLowerCase()]?.description ?? '', /\S/, path);
  }
  const reached = new Set(promised.map(([, , kind]) => kind));
  const others = Object.keys(kinds).filter((kind) => !reached.has(kind as KindName));
  const ours = [
    ...['exec', 'recording-list', 'recording-read', 'run-output', 'spec-metadata-update'],
    ...['terminal-attach', 'terminal-close', 'terminal-open', 'terminal-rename'],
  ];
  assert.deepEqual(others, ours, 'kinds of ours that no tool before had');
});

for (const [method, path, kind] of promised.filter(([verb]) => verb === 'GET'))
  test(`${method} ${path} answers with its source, and as of when`, async () => {
    const { machine } = stage.laptop;
    const { args } = await kindsTable[kind].good(stage.laptop);
    const { at, rest } = filled(path, machine.id, args);
    const { project: _, ...asked } = rest;
    const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]));
    const { status, json, headers } = await stage.ask<Answer>('GET', `${at}?${query}`);
    assert.equal(status, 200, JSON.stringify(json));
    const right = kindsTable[kind].offline === 'copy' ? 'relay' : 'machine';
    assert.deepEqual([json.p, json.source, typeof json.result], ['sallyport/2', right, 'object']);
    assert.ok(Math.abs(Date.parse(json.asOf ?? '') - Date.now()) < 120_000);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    const nothing = filled(path, 'nothing', args).at;
    const { json: refused } = await stage.ask<Answer>('GET', `${nothing}?${query}`);
    if (path.includes(':machine')) assert.equal(refused.code, 'machine-unknown');
  });

/** What an alias answers to a body, or a header beside it. */
async function write(method: string, at: string, body: object, headers: Record<string, string> = {}) {
  const { status, json } = await stage.ask<Partial<CommandRecord> & Answer>(method, at, { body, headers });
  return `${status} ${json.code ?? json.state}`;
}

const guarded = promised.filter(([, , kind]) => (commandKind(kind)?.guards.length ?? 0) > 0);

test('a guarded path without a rev is told to send one, and is told whether two say the same', async () => {
  for (const [method, path, kind] of guarded) {
    const { args, ifRev = 'f'.repeat(64) } = await kindsTable[kind].good(stage.laptop);
    const fixed = aliases.find(({ route }) => route.method === method && route.path === path)?.args ?? {};
    const { at, rest } = filled(path, stage.laptop.machine.id, args);
    const { was: _, ...body } = rest;
    for (const name of Object.keys(fixed)) delete body[name];
    if (fixed.decision !== undefined) body.response = 'Because';
    assert.equal(await write(method, at, body), '428 rev-required', `${method} ${path}`);
    const other = { 'if-match': `"${'e'.repeat(64)}"` };
    assert.equal(await write(method, at, { ...body, ifRev }, other), '400 parameter-invalid', path);
    const stale = await write(method, at, body, { 'if-match': `"${'e'.repeat(64)}"` });
    assert.match(stale, /^(412 conflict|422 command-failed)$/, `${method} ${path}: ${stale}`);
  }
});

test('approve in one line of curl: 428 says what is missing, If-Match and fileRev decide', async () => {
  const { machine, project: name, revsOf } = stage.laptop;
  const { ifRev, fileRev } = await revsOf('decide');
  const at = `/v1/machines/${machine.id}/projects/${name}/approvals/decide`;
  for (const [method, path, body] of [
    ['POST', '/approve', { fileRev }],
    ['POST', '/reopen', {}],
    ['DELETE', '', { withdraw: true }],
  ] as const) {
    const missing = await stage.ask<{ hint: string; currentRev: string }>(method, at + path, { body });
    assert.deepEqual([missing.status, missing.json.currentRev], [428, ifRev], path);
    assert.match(missing.json.hint, /If-Match/);
  }
  const nobody = await stage.ask<Answer & { currentRev?: string }>('POST', `${at}x/approve`, { body: { fileRev } });
  assert.deepEqual([nobody.status, nobody.json.code, nobody.json.currentRev], [428, 'rev-required', undefined]);
  const undecided = await stage.ask<Answer>('GET', `${at}/decision`);
  assert.equal(`${undecided.status} ${undecided.json.code}`, '404 record-unknown');

  // Somebody waits meanwhile, and hears it at once; nobody who only looks has to.
  const now = await stage.ask<{ result: object }>('GET', `${at}/wait?timeout=0`);
  assert.partialDeepStrictEqual(now.json.result, { resolved: false, status: 'pending', timeout: true });
  const waiting = stage.ask<{ result: object }>('GET', `${at}/wait?timeout=20000`);
  const began = performance.now();
  assert.equal(
    await write('POST', `${at}/approve`, { fileRev, response: 'Good' }, { 'if-match': `"${ifRev}"` }),
    '200 done',
  );
  assert.partialDeepStrictEqual((await waiting).json.result, { resolved: true, status: 'approved', response: 'Good' });
  assert.ok(performance.now() - began < 10_000);

  // What was decided is told also when the agent has taken it.
  await rm(join(stage.laptop.root, '.spec-workflow/approvals/review/decide.json'));
  const taken = await eventually(async () => {
    const { json } = await stage.ask<{ result: { state: string } }>('GET', `${at}/decision`);
    return json.result.state === 'taken' && json.result;
  });
  assert.partialDeepStrictEqual(taken, { state: 'taken', status: 'approved', how: 'here', response: 'Good' });
  const late = await eventually(async () => {
    const { json } = await stage.ask<{ result: object }>('GET', `${at}/wait?timeout=0`);
    return 'result' in json && json.result;
  });
  assert.partialDeepStrictEqual(late, { resolved: true, status: 'approved', response: 'Good' });
  const told = await stage.laptop.ask('approval-decision', { project: name, approval: 'decide' });
  assert.deepEqual(told, taken, 'the machine says the same');

  // Its texts are still found by file and category, and by nothing that leads elsewhere.
  const named = { project: name, file: '.spec-workflow/specs/review/decide.md', category: 'review' };
  const { items } = await stage.laptop.ask<{ items: { trigger: string }[] }>('approval-snapshots', named);
  assert.deepEqual(
    items.map(({ trigger }) => trigger),
    ['approved'],
  );
  const diff = await stage.laptop.ask<object>('approval-diff', { ...named, from: 0, to: 1 });
  assert.partialDeepStrictEqual(diff, { deletions: 0, toRev: fileRev });
  const query = (args: object) =>
    stage.ask<Answer>('POST', `/v1/machines/${machine.id}/queries`, { body: { kind: 'approval-snapshots', args } });
  for (const category of ['..', '../review', 'other', '.', '__proto__'])
    assert.equal((await query({ ...named, category })).json.code, 'snapshot-unknown', category);
  for (const args of [{ project: name }, { ...named, approval: 'look' }, { project: name, file: 'a' }])
    assert.equal((await query(args)).json.code, 'args-invalid');
});

test('a request that its agent takes back ends the wait', async () => {
  const { machine, project: name, root } = stage.tower;
  const at = `/v1/machines/${machine.id}/projects/${name}/approvals/remove`;
  const waiting = stage.ask<{ result: object }>('GET', `${at}/wait?timeout=20000`);
  await rm(join(root, '.spec-workflow/approvals/review/remove.json'));
  assert.deepEqual((await waiting).json.result, { resolved: true, status: 'deleted' });
  const unknown = await stage.ask<Answer>('GET', `${at.replace(/remove$/, 'nothing')}/wait`);
  assert.equal(`${unknown.status} ${unknown.json.code}`, '404 approval-unknown');
});

test('what waits on all machines is one question, of those that may see them', async () => {
  const ask = async (query: string, key?: string) =>
    await stage.ask<{
      code?: string;
      result: { items: { machineName: string; status: string }[]; unanswered: object[] };
    }>('GET', `/v1/approvals${query}`, key === undefined ? {} : { key });
  const { json } = await ask('?status=pending', stage.viewerKey);
  assert.deepEqual([...new Set(json.result.items.map(({ machineName }) => machineName))].sort(), ['laptop', 'tower']);
  assert.ok(json.result.items.every(({ status }) => status === 'pending'));
  assert.deepEqual(json.result.unanswered, []);
  assert.ok((await ask('')).json.result.items.length > json.result.items.length);
  assert.equal((await ask('?project=shop')).json.code, 'parameter-invalid');
});
