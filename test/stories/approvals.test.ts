/** Approvals by curl and the bridge's memory of them: who decided, whether the agent has taken it, and how those ended that nobody decided here. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AuditEntry, verifyAudit } from '#contract/audit.ts';
import type { Machine } from '#contract/machine.ts';
import type { RecordItem } from '#contract/record.ts';
import { sha256 } from '../../bridge/audit/log.ts';
import { answerHere } from '../../pwa/state/copy.ts';
import { createAsk } from '../kit/api.ts';
import { approvalPath, approvalText, design, renameOver } from '../kit/approvals.ts';
import { eventually } from '../kit/eventually.ts';
import { heldByApp } from '../kit/held-by-app.ts';
import { writeFiles } from '../kit/projects.ts';
import { sessionOf } from '../kit/session.ts';
import { openWorld, type World } from '../kit/world.ts';

const ids = ['a1', 'a2', 'a3', 'a4', 'a5'] as const;
type Listed = { id: string; rev: string; status: string; file: { rev?: string } };

async function openAsked() {
  const world = await openWorld();
  const root = join(world.folder, 'shop');
  const asked = Object.fromEntries(ids.map((id) => [approvalPath(id), approvalText(id, { title: `Request ${id}` })]));
  await writeFiles(root, { [design]: '# Design\n\nWait 5 minutes.\n', 'NOTES.md': '# Notes\n', ...asked });
  const machine = await world.startMachine('laptop', [root]);
  const at = `/v1/machines/laptop/projects/shop/approvals`;
  const records = async () =>
    new Map(
      (await world.call<{ items: RecordItem[] }>('GET', `/v1/machines/laptop/records?kind=decision`)).items.map(
        (record) => [String(record.meta.approval), record],
      ),
    );
  const settled = async (id: string, state: string) =>
    await eventually(async () => {
      const record = (await records()).get(id);
      assert.equal(record?.state, state);
      return record as RecordItem;
    });
  return { world, root, machine, at, records, settled, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

async function approve(world: World, at: string, id: string) {
  const { result } = await world.call<{ result: { items: Listed[] } }>('GET', `${at}?status=pending`);
  const { rev, file } = result.items.find((item) => item.id === id) ?? { rev: '', file: {} };
  return await world.call<{ state: string }>('POST', `${at}/${id}/approve`, {
    ifRev: rev,
    fileRev: file.rev,
    response: 'Good',
  });
}

test('a decision by curl is kept with who made it, and says when the agent has taken it', async () => {
  await using stage = await openAsked();
  const { world, root, machine, at, settled } = stage;
  await world.call('POST', `${at}/a1/approve`, { fileRev: 'absent' }, 428);
  const { state } = await approve(world, at, 'a1');
  assert.equal(state, 'done');
  const { meta, title } = await settled('a1', 'decided');
  assert.deepEqual(
    [title, meta.status, meta.how, meta.response, meta.file],
    ['Request a1', 'approved', 'here', 'Good', design],
  );
  assert.match(String(meta.by), /\S/);
  assert.match(String(meta.file_rev), /^[0-9a-f]{64}$/);
  await rm(join(root, approvalPath('a1')));
  const taken = await settled('a1', 'taken');
  assert.match(String(taken.meta.taken_at), /^20/);

  // Relay, machine and app say the same of what became of each.
  await approve(world, at, 'a2');
  await settled('a2', 'decided');
  const held = await heldByApp(world, machine, await machine.documents());
  const [{ id: project } = { id: '' }] = (await world.call<Machine>('GET', '/v1/machines/laptop')).projects;
  for (const [kind, path, args, state] of [
    ['approval-decision', '/a1/decision', { approval: 'a1' }, 'taken'],
    ['approval-decision', '/a2/decision', { approval: 'a2' }, 'decided'],
    ['approval-get', '/a2', { approval: 'a2' }, 'decided'],
    ['approval-list', '?status=approved', { status: 'approved' }, 'decided'],
  ] as const) {
    const [relay, disk] = await Promise.all(
      ['', path.includes('?') ? '&source=machine' : '?source=machine'].map(
        async (more) => (await world.call<{ result: object }>('GET', `${at}${path}${more}`)).result,
      ),
    );
    assert.ok(JSON.stringify(relay).includes(`"state":"${state}"`), JSON.stringify(relay));
    assert.deepEqual(disk, relay, `the machine, of ${path}`);
    assert.deepEqual(await answerHere(held, machine.id, kind, { project, ...args }), relay, `the app, of ${path}`);
  }
});

test('what was decided elsewhere, withdrawn, or ended while the bridge was away is told too', async () => {
  await using stage = await openAsked();
  const { world, root, machine, at, settled, records } = stage;
  await renameOver(root, approvalPath('a2'), approvalText('a2', { status: 'rejected', response: 'By the dashboard' }));
  const elsewhere = await settled('a2', 'decided');
  assert.deepEqual(
    [elsewhere.meta.how, elsewhere.meta.status, elsewhere.meta.response],
    ['elsewhere', 'rejected', 'By the dashboard'],
  );
  await rm(join(root, approvalPath('a3')));
  await settled('a3', 'withdrawn');
  await machine.bridge().end();
  await rm(join(root, approvalPath('a4')));
  await machine.startBridge();
  await settled('a4', 'gone');

  // The tool's dashboard decides without looking again: the later one wins on the disk, and the sender hears of it.
  await approve(world, at, 'a5');
  await settled('a5', 'decided');
  await renameOver(root, approvalPath('a5'), approvalText('a5', { status: 'rejected' }));
  await settled('a5', 'overridden');
  const notices = await world.call<{ items: { topic: string; title: string }[] }>('GET', '/v1/notices');
  assert.ok(notices.items.some(({ topic, title }) => topic === 'decision' && /overwritten: Request a5/.test(title)));

  // After another start nothing is forgotten, and nothing is told anew.
  const before = await records();
  await machine.bridge().end();
  await machine.startBridge();
  assert.deepEqual([...(await records())].sort(), [...before].sort());
  assert.equal(JSON.parse(await readFile(join(root, approvalPath('a5')), 'utf8')).status, 'rejected');
});

test('of two people who decide at once one is heard, and the other is told by whom, when and with which words', async () => {
  await using stage = await openAsked();
  const { world, root, at } = stage;
  const ask = createAsk(world.url, world.key);
  const { json: invited } = await ask<{ url: string }>('POST', '/v1/invitations', {
    body: { name: 'Vi', role: 'admin' },
  });
  const token = invited.url.split('/').at(-1);
  const opened = await ask('POST', '/v1/sessions', { key: null, body: { token } });
  const phone = { ...sessionOf(opened), origin: world.url, 'sec-fetch-site': 'same-origin' };
  const people = [{}, { key: null, headers: phone }];
  const { result } = await world.call<{ result: { items: Listed[] } }>('GET', `${at}?status=pending`);
  const { rev, file } = result.items.find(({ id }) => id === 'a1') ?? { rev: '', file: {} };
  const decide = async (who: object, n: number) => {
    const body = { ifRev: rev, fileRev: file.rev, response: `From ${n}` };
    const path = `${at}/a1/${n === 0 ? 'approve' : 'reject'}?wait=20`;
    return (await ask<{ state: string; problem?: Record<string, unknown> }>('POST', path, { ...who, body })).json;
  };
  const answers = await Promise.all(people.map(decide));
  const won = answers.findIndex(({ state }) => state === 'done');
  const { problem, state } = answers[1 - won] ?? {};
  const written = JSON.parse(await readFile(join(root, approvalPath('a1')), 'utf8'));
  const record = await stage.settled('a1', 'decided');
  const { status, response, respondedAt } = written;
  assert.equal(response, `From ${won}`);
  assert.deepEqual(
    [state, problem?.code, problem?.detail],
    [
      'conflict',
      'already-decided',
      `It is ${status} since ${respondedAt}, by ${record.meta.by}. The agent was told: "From ${won}"`,
    ],
  );
  assert.equal(record.meta.by === 'Vi', won === 1);
});

test('a decision that waited for the machine does not overwrite what an editor decided meanwhile', async () => {
  await using stage = await openAsked();
  const { world, root, at, machine } = stage;
  const { result } = await world.call<{ result: { items: Listed[] } }>('GET', `${at}?status=pending`);
  const { rev, file } = result.items.find(({ id }) => id === 'a2') ?? { rev: '', file: {} };
  await machine.bridge().end();
  const args = { project: 'shop', approval: 'a2', decision: 'approve', fileRev: file.rev };
  const body = { kind: 'approval-update', args, ifRev: rev, whenOffline: 'queue' };
  const { id } = await world.call<{ id: string }>('POST', '/v1/machines/laptop/commands', body);
  const decided = approvalText('a2', {
    status: 'rejected',
    response: 'In the editor',
    respondedAt: '2026-11-26T10:00:00.000Z',
  });
  await renameOver(root, approvalPath('a2'), decided);
  await machine.startBridge();
  const { state, problem } = await eventually(async () => {
    const path = `/v1/machines/laptop/commands/${id}?wait=5`;
    const record = await world.call<{ state: string; problem?: Record<string, unknown> }>('GET', path);
    return record.state === 'queued' || record.state === 'delivered' ? undefined : record;
  });
  assert.deepEqual([state, problem?.code], ['conflict', 'already-decided']);
  assert.equal(
    problem?.detail,
    'It is rejected since 2026-11-26T10:00:00.000Z. The agent was told: "In the editor"',
    'by nobody of us',
  );
  assert.equal(await readFile(join(root, approvalPath('a2')), 'utf8'), decided);
});

test('of several decisions in one command both audits name each: which approval, and how it ended', async () => {
  await using stage = await openAsked();
  const { world, at, machine } = stage;
  const { result } = await world.call<{ result: { items: Listed[] } }>('GET', `${at}?status=pending`);
  const items = result.items.slice(0, 3).map(({ id, rev, file }, n) => ({
    approval: id,
    ifRev: n === 1 ? '0'.repeat(64) : rev,
    fileRev: file.rev,
  }));
  const { id } = await world.call<{ id: string }>('POST', `${at}/batch/approve?wait=20`, { items });
  const expected = [
    [items[0]?.approval, 'done', undefined],
    [items[1]?.approval, 'failed', 'conflict'],
    [items[2]?.approval, 'done', undefined],
  ].sort();
  const named = (entries: readonly AuditEntry[]) =>
    entries
      .filter(({ action, about }) => action === 'command-item-ended' && about?.command === id)
      .map(({ result, about }) => [about?.approval, result, about?.problem])
      .sort();
  const { items: entries } = await world.call<{ items: AuditEntry[] }>('GET', '/v1/audit?action=command-item-ended');
  assert.deepEqual(named(entries), expected);
  const { about, by } = entries[0] ?? {};
  assert.deepEqual([about?.kind, about?.decision, by?.machine], ['approval-decide-many', 'approve', machine.id]);
  await eventually(async () => {
    const lines = (await readFile(join(machine.data, 'audit.jsonl'), 'utf8')).trim().split('\n');
    assert.deepEqual(named(lines.map((line) => JSON.parse(line))), expected);
    assert.deepEqual(verifyAudit(lines, sha256), {
      holds: true,
      entries: lines.length,
      logs: ['bridge'],
      unproven: ['bridge'],
    });
    return true;
  });
});
