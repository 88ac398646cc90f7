/** Whatever the relay sends: every command is settled, with at most one effect, and none blocks those behind it. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { defaultPolicy } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { createExecutor } from '../../bridge/commands/execute.ts';
import { openJournal } from '../../bridge/commands/journal.ts';
import { openNonces } from '../../bridge/commands/nonces.ts';
import { createPolicy } from '../../bridge/data/policy.ts';
import { createSealingKeys } from '../../bridge/keys/sealing-keys.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWatchList } from '../kit/watch-list.ts';

const first = 'specs/001-first-light/README.md';
const status = { spec: '001', status: 'in-progress' };

function revOfFirst(shop: Workshop): string {
  return shop.project().documents.get(first)?.rev ?? '';
}

async function codeOf(shop: Workshop, kind: string, args: Record<string, unknown>, more = {}): Promise<string> {
  const { state, problem } = await shop.run(kind, args, more);
  return `${state} ${(problem as CommandProblem | undefined)?.code ?? ''}`.trim();
}

test('what cannot be run is settled with its reason, and the next command runs', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  assert.equal(await codeOf(shop, 'no-such-kind', {}), 'failed kind-unknown');
  assert.equal(await codeOf(shop, 'file-read', { path: first }), 'failed kind-unknown');
  assert.equal(await codeOf(shop, 'spec-metadata-update', { ...status, more: 1 }), 'failed args-invalid');
  const elsewhere = { project: 'elsewhere', ...status };
  assert.equal(await codeOf(shop, 'spec-metadata-update', elsewhere), 'failed project-unknown');
  assert.equal(await codeOf(shop, 'spec-metadata-update', status), 'failed rev-required');
  assert.equal(await codeOf(shop, 'spec-metadata-update', status, { ifRev: revOfFirst(shop) }), 'done');
});

test('a query that cannot be answered says why, and the machine answers the next one', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const asked = async (kind: string, args: Record<string, unknown>) =>
    ((await shop.ask(kind, args)).problem as CommandProblem | undefined)?.code ?? 'answered';
  assert.equal(await asked('no-such-kind', {}), 'kind-unknown');
  assert.equal(await asked('spec-archive', { spec: '001' }), 'kind-unknown');
  assert.equal(await asked('file-read', { path: '../../etc/passwd' }), 'args-invalid');
  assert.equal(await asked('file-read', { path: first, more: 1 }), 'args-invalid');
  assert.equal(await asked('file-read', { project: 'elsewhere', path: first }), 'project-unknown');
  assert.equal(await asked('file-read', { path: 'package.json' }), 'document-unknown');
  assert.equal(await asked('file-read', { path: first }), 'answered');
  const risks = { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' } as const;
  for (const verdict of ['refuse', 'signed'] as const) {
    shop.policy = { risks, kinds: { 'file-read': verdict } };
    assert.equal(await asked('file-read', { path: first }), 'policy-refused');
  }
});

test('an expired command is never begun, by either clock (C5)', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  assert.equal(
    await codeOf(shop, 'spec-metadata-update', status, { ifRev: revOfFirst(shop), expiresAt: shop.now - 1 }),
    'failed command-expired',
  );
  assert.doesNotMatch(await readFile(join(shop.root, first), 'utf8'), /in-progress/);
});

test('a lease that ran out is renewed before the file is touched; one that is somebody else’s by now changes nothing', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const path = join(shop.root, first);
  const before = await readFile(path);
  let asked = 0;
  const answer = (isOurs: boolean) => async () => {
    asked += 1;
    return isOurs;
  };
  const update = (args: object, leasedUntil: number) =>
    codeOf(shop, 'spec-metadata-update', { spec: '001', ...args }, { ifRev: revOfFirst(shop), leasedUntil });
  shop.renew = answer(false);
  assert.equal(await update({ priority: 'low' }, shop.now - 1), 'failed command-expired');
  assert.deepEqual([await readFile(path), asked], [before, 1]);
  shop.renew = answer(true);
  assert.equal(await update({ priority: 'low' }, shop.now - 1), 'done');
  assert.equal(asked, 2);
  await shop.rescan();
  shop.renew = answer(false);
  assert.equal(await update({ priority: 'critical' }, shop.now + 1), 'done');
  assert.equal(asked, 2, 'nobody asks while it lasts');
});

test('the policy decides by kind, project and risk; what has to be signed is refused unsigned', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const risks = { read: 'allow', write: 'refuse', execute: 'refuse', destroy: 'refuse' } as const;
  shop.policy = { risks };
  assert.equal(
    await codeOf(shop, 'spec-metadata-update', status, { ifRev: revOfFirst(shop) }),
    'refused policy-refused',
  );
  shop.policy = { risks, projects: { shop: 'signed' } };
  assert.equal(await codeOf(shop, 'spec-metadata-update', status), 'refused signature-needed');
  shop.policy = { risks, projects: { another: 'allow' } };
  const project = { id: 'constructor', name: 'constructor' };
  assert.equal(policyVerdict(shop.policy, { kind: 'spec-archive', risk: 'write', project }), 'refuse');
  shop.policy = { risks, kinds: { 'spec-metadata-update': 'allow' } };
  assert.equal(await codeOf(shop, 'spec-metadata-update', status, { ifRev: revOfFirst(shop) }), 'done');
});

test('a policy.json of one line changes what it names, and takes no edit away', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const file = join(shop.folder, 'policy.json');
  const read = () => createPolicy(shop.folder, (damage) => assert.equal(damage, undefined))();
  await writeFile(file, '{}');
  assert.deepEqual(read(), defaultPolicy);
  await writeFile(file, '{ "kinds": { "exec": "allow" } }');
  assert.deepEqual(read(), { ...defaultPolicy, kinds: { exec: 'allow' } });
  await writeFile(file, '{ "risks": { "write": "signed" } }');
  assert.deepEqual(read(), { risks: { ...defaultPolicy.risks, write: 'signed' } });
});

test('a policy that cannot be read allows reading alone, and says why', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const said: string[] = [];
  const policy = createPolicy(shop.folder, (damage) => said.push(damage?.title ?? ''));
  assert.equal(policy().risks.write, 'allow');
  await writeFile(join(shop.folder, 'policy.json'), '{"risks": {"write": "yes"}}');
  assert.deepEqual([policy().risks.write, policy().risks.read], ['refuse', 'allow']);
  assert.match(said.at(-1) ?? '', /^policy\.json is damaged \(risks\.write: Invalid .+ nothing may\.$/);
});

test('the same id again is the same command: its outcome is told again, its effect is not repeated (C7)', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const command = delivered('spec-metadata-update', status, { ifRev: revOfFirst(shop) });
  await shop.executor.accept([command, command]);
  await shop.executor.idle();
  await shop.executor.acknowledge([command.id]);
  assert.deepEqual(shop.executor.results(), []);

  await shop.executor.accept([{ ...command, lease: '2.1', args: { ...command.args, status: 'complete' } }]);
  await shop.executor.idle();

  assert.deepEqual(
    shop.executor.results().map(({ id, lease, state }) => [id, lease, state]),
    [[command.id, '2.1', 'done']],
  );
  assert.equal((await readFile(join(shop.root, first), 'utf8')).match(/- status:/g)?.length, 1);
});

test('what has not begun can be cancelled; what has, cannot (B12)', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const [one, two] = [
    delivered('spec-metadata-update', { spec: '002', status: 'in-progress' }, { ifRev: 'a'.repeat(64) }),
    delivered('spec-metadata-update', status, { ifRev: revOfFirst(shop) }),
  ];
  const accepted = shop.executor.accept([one, two]);
  await accepted;
  shop.executor.cancel([two.id]);
  await shop.executor.idle();
  assert.deepEqual(
    shop.executor.results().map(({ state }) => state),
    ['conflict', 'cancelled'],
  );
});

test('two edits of one version in a row: the second is a conflict, with the rev that the first left', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const ifRev = revOfFirst(shop);
  const [one, two] = [
    delivered('spec-metadata-update', status, { ifRev }),
    delivered('spec-metadata-update', { spec: '001', priority: 'low' }, { ifRev }),
  ];
  await shop.executor.accept([one, two]);
  await shop.executor.idle();
  const [done, conflict] = shop.executor.results();
  assert.deepEqual([done?.state, conflict?.state], ['done', 'conflict']);
  assert.ok(done && conflict);
  assert.equal((conflict.problem as CommandProblem).currentRev, (done.result as { rev: string }).rev);
});

/** What a bridge finds that starts again with the journal of one that was killed. */
async function recovered(shop: Workshop): Promise<string[]> {
  await using journal = await openJournal(shop.folder);
  await using nonces = await openNonces(shop.folder);
  const deps = {
    projects: () => [shop.project()],
    homes: async () => [],
    decisions: { left: () => undefined },
    watchList: await openWatchList(shop.folder, () => [shop.project()]),
    sessions: shop.sessions,
    sealingKeys: createSealingKeys(async () => []),
    journal,
    policy: () => shop.policy,
    signatures: { pins: () => [], nonces, now: () => shop.now },
    record: async () => true,
    serverNow: () => shop.now,
    takeIn: async () => {},
    renew: async () => true,
    onResult: () => {},
    onDefect: () => {},
  };
  const executor = createExecutor(deps);
  await executor.recover();
  await executor.idle();
  return executor.results().map(({ state }) => state);
}

test('killed before the effect: it is done once, after; killed behind it: it is done already; neither: interrupted', async () => {
  for (const [found, expected, transitions] of [
    ['before', 'done', 1],
    ['after', 'done', 0],
    ['other', 'interrupted', 0],
  ] as const) {
    await using shop = await openWorkshop(makeSmallProject);
    const before = revOfFirst(shop);
    const command = delivered('spec-metadata-update', status, { ifRev: before });
    await shop.journal.received([command]);
    const after = found === 'after' ? before : '0'.repeat(64);
    const step = {
      is: 'write-file',
      path: first,
      before: found === 'before' ? before : 'f'.repeat(64),
      after,
    } as const;
    const result = { path: first, rev: after, changed: ['status'], undo: {} };
    await shop.journal.effect(command.id, { project: 'project-1', step, at: 0, isLast: true, result });
    assert.deepEqual(await recovered(shop), [expected], found);
    assert.equal((await readFile(join(shop.root, first), 'utf8')).match(/- status:/g)?.length ?? 0, transitions, found);
  }
});

test('a torn last line, the mark of a power cut, loses that line alone', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  await shop.run('spec-metadata-update', status, { ifRev: revOfFirst(shop) });
  const file = join(shop.folder, 'journal.jsonl');
  await writeFile(file, `${await readFile(file, 'utf8')}{"is":"received","command":{"id":"torn`);
  await using journal = await openJournal(shop.folder);
  assert.deepEqual(
    [...journal.untold()].map(({ outcome }) => outcome.state),
    ['done'],
  );
});
