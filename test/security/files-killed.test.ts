/** A bridge that is killed in the midst of a write: its next life ends the command once, leaves nothing behind, and the file can be edited again (threats: faults). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { link, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandProblem } from '#contract/command.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { approvalPath, approvalText, category, design, firstId, makeAsked } from '../kit/approvals.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';

const path = 'specs/001-first-light/README.md';
const args = { spec: '001', status: 'in-progress' };

const textOf = (shop: Workshop) => readFile(join(shop.root, path), 'utf8');
const leftIn = async (shop: Workshop) =>
  (await readdir(shop.root, { recursive: true })).filter((name) => name.includes('.sallyport-'));

/** Sets a status once more: what can be edited has no second name and no stranger in its place. */
async function checkEditable(shop: Workshop): Promise<void> {
  const rev = revOf(await readFile(join(shop.root, path)));
  const { state, problem } = await shop.run('spec-metadata-update', { spec: '001', priority: 'low' }, { ifRev: rev });
  assert.equal(state, 'done', JSON.stringify(problem));
  assert.deepEqual(await leftIn(shop), []);
}

for (const [moment, where] of Object.entries({
  effect: 'before the effect is in the journal',
  link: 'between the journal and the first name',
  rename: 'between the second name and the rename',
  rm: 'behind the rename',
}))
  test(`killed ${where}: done once, nothing is left, the file can be edited`, async () => {
    await using shop = await openWorkshop(makeSmallProject);
    const command = delivered('spec-metadata-update', args, { ifRev: revOf(await readFile(join(shop.root, path))) });
    await using writer = startProgram('test/kit/killed-writer.ts', [
      shop.folder,
      shop.root,
      moment,
      JSON.stringify(command),
    ]);
    await once(writer.child, 'exit');
    assert.equal(writer.child.signalCode, 'SIGKILL', writer.errors());
    const result = await shop.recover(command.id);
    assert.equal(result?.state, 'done', JSON.stringify(result));
    assert.equal((await textOf(shop)).match(/- status: in-progress/g)?.length, 1);
    assert.deepEqual(await leftIn(shop), []);
    await checkEditable(shop);
  });

for (const [moment, where] of Object.entries({
  link: 'while it takes the lock of the file',
  effect: 'before the effect is in the journal',
}))
  test(`killed ${where}, and the command expires before the bridge is back: nothing is left, the file can be edited`, async () => {
    await using shop = await openWorkshop(makeSmallProject);
    const before = await textOf(shop);
    const command = delivered('spec-metadata-update', args, { ifRev: revOf(Buffer.from(before)) });
    const given = [shop.folder, shop.root, moment, JSON.stringify(command)];
    await using writer = startProgram('test/kit/killed-writer.ts', given);
    await once(writer.child, 'exit');
    assert.equal(writer.child.signalCode, 'SIGKILL', writer.errors());
    assert.notDeepEqual(await leftIn(shop), []);
    shop.now = command.expiresAt + 1;
    const { problem } = (await shop.recover(command.id)) ?? {};
    assert.equal((problem as CommandProblem).code, 'command-expired');
    assert.deepEqual([await textOf(shop), await leftIn(shop)], [before, []]);
    shop.now = Date.now();
    await checkEditable(shop);
  });

test('killed between the rename and putting back what somebody had saved: it is put back', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const before = revOf(await readFile(join(shop.root, path)));
  const command = delivered('spec-metadata-update', args, { ifRev: before });
  await using writer = startProgram('test/kit/killed-writer.ts', [
    shop.folder,
    shop.root,
    'rm',
    JSON.stringify(command),
  ]);
  await once(writer.child, 'exit');
  const [old = ''] = (await leftIn(shop)).filter((name) => name.endsWith('.old'));
  await writeFile(join(shop.root, old), 'saved by somebody');
  const result = await shop.recover(command.id);
  assert.ok(result?.state === 'conflict', JSON.stringify(result));
  const { currentRev } = result.problem as CommandProblem;
  assert.equal(currentRev, revOf(Buffer.from('saved by somebody')));
  assert.equal(await textOf(shop), 'saved by somebody');
  assert.deepEqual(await leftIn(shop), []);
});

test('what a bridge left that nobody remembers is cleared away, unless it may be the only copy', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const folder = 'specs/001-first-light';
  await writeFiles(shop.root, {
    [`${folder}/.sallyport-aaaaaaaaaaaa.new`]: 'half',
    [`${folder}/.sallyport-bbbbbbbbbbbb.old`]: 'the only copy',
    [`${folder}/.sallyport-cccccccccccc.new`]: 'of a write that goes on',
  });
  await link(join(shop.root, path), join(shop.root, folder, '.sallyport-dddddddddddd.old'));
  const long = new Date(Date.now() - 3_600_000);
  await utimes(join(shop.root, folder, '.sallyport-aaaaaaaaaaaa.new'), long, long);
  const rev = revOf(await readFile(join(shop.root, path)));
  assert.equal((await shop.run('spec-metadata-update', args, { ifRev: rev })).state, 'done');
  assert.deepEqual((await leftIn(shop)).sort(), [
    `${folder}/.sallyport-bbbbbbbbbbbb.old`,
    `${folder}/.sallyport-cccccccccccc.new`,
  ]);
});

test('killed at any step of a decision: one decision, one snapshot, and the list has it once', async (t) => {
  let steps = 0;
  for (let killed = true; killed; ) {
    steps += 1;
    await using shop = await openWorkshop((root) => makeAsked(root));
    const { documents } = shop.project();
    const command = delivered(
      'approval-update',
      { approval: firstId, decision: 'approve', fileRev: documents.get(design)?.rev },
      { ifRev: documents.get(approvalPath(firstId))?.rev as string },
    );
    const args = [shop.folder, shop.root, String(steps), JSON.stringify(command)];
    await using writer = startProgram('test/kit/killed-writer.ts', args);
    await once(writer.child, 'exit');
    killed = writer.child.signalCode === 'SIGKILL';
    assert.ok(killed || writer.child.exitCode === 0, writer.errors());
    const result = await shop.recover(command.id);
    const about = `step ${steps}: ${JSON.stringify(result)}`;
    assert.equal(result?.state, 'done', about);
    const { status } = JSON.parse(await readFile(join(shop.root, approvalPath(firstId)), 'utf8'));
    assert.equal(status, 'approved', about);
    const folder = join(shop.root, category, '.snapshots/design.md');
    const { snapshots } = JSON.parse(await readFile(join(folder, 'metadata.json'), 'utf8'));
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.'));
    assert.deepEqual(names.sort(), ['metadata.json', 'snapshot-001.json'], about);
    assert.deepEqual(
      snapshots.map(({ version }: { version: number }) => version),
      [1],
      about,
    );
  }
  t.diagnostic(`${steps} lives`);
});

/** The steps of the first of several decisions; the test above kills at each. */
const stepsOfOne = 6;

test('killed at any step of several decisions: what was written stays, and the answer says of each how it ended', async (t) => {
  const [ids, wrong] = [['b1', 'b2', 'b3'], '0'.repeat(64)];
  const asked = Object.fromEntries(ids.map((id) => [approvalPath(id), approvalText(id)]));
  let steps = stepsOfOne;
  const ended: string[] = [];
  for (let killed = true; killed; ) {
    steps += 1;
    await using shop = await openWorkshop((root) => writeFiles(root, { [design]: '# Design\n', ...asked }));
    const { documents } = shop.project();
    const items = ids.map((approval) => ({
      approval,
      ifRev: documents.get(approvalPath(approval))?.rev,
      fileRev: approval === 'b2' ? wrong : documents.get(design)?.rev,
    }));
    const command = delivered('approval-decide-many', { decision: 'approve', items });
    const args = [shop.folder, shop.root, String(steps), JSON.stringify(command)];
    await using writer = startProgram('test/kit/killed-writer.ts', args);
    await once(writer.child, 'exit');
    killed = writer.child.signalCode === 'SIGKILL';
    assert.ok(killed || writer.child.exitCode === 0, writer.errors());
    // The agent has read the first decision, where there is one.
    const first = join(shop.root, approvalPath('b1'));
    if (JSON.parse(await readFile(first, 'utf8')).status === 'approved') await rm(first);
    const { state, result } = (await shop.recover(command.id)) ?? {};
    const { total, succeeded, failed, decided } = result as Result;
    const problems = new Map(failed.map(({ id, problem }) => [id, problem]));
    const about = `step ${steps}: ${JSON.stringify(result)}`;
    assert.deepEqual([state, total, problems.get('b2')], ['done', 3, 'reviewed-file-changed'], about);
    assert.deepEqual([...succeeded, ...problems.keys()].sort(), ids, about);
    const third = await readFile(join(shop.root, approvalPath('b3')));
    assert.deepEqual([JSON.parse(third.toString()).status, succeeded.includes('b3')], ['approved', true], about);
    assert.equal(decided.find(({ approval }) => approval === 'b3')?.rev, revOf(third), about);
    ended.push(problems.get('b1') ?? 'done');
    assert.deepEqual(await leftIn(shop), [], about);
  }
  // Only where the bridge cannot know whether it was written, it says so.
  t.diagnostic(ended.join());
  assert.deepEqual([ended.at(-1), new Set(ended)], ['done', new Set(['done', 'interrupted'])]);
});

test('killed twice at the same of several decisions: what had failed before it is not done in the third life', async () => {
  const [was, now] = [approvalText('b1'), approvalText('b1', { title: 'Another title' })];
  await using shop = await openWorkshop((root) =>
    writeFiles(root, { [design]: '# Design\n', [approvalPath('b1')]: was, [approvalPath('b2')]: approvalText('b2') }),
  );
  const { documents } = shop.project();
  const fileRev = documents.get(design)?.rev;
  const command = delivered('approval-decide-many', {
    decision: 'reject',
    response: 'No.',
    items: [
      { approval: 'b1', ifRev: revOf(Buffer.from(now)), fileRev },
      { approval: 'b2', ifRev: documents.get(approvalPath('b2'))?.rev, fileRev },
    ],
  });
  for (const life of ['first', 'second']) {
    const args = [shop.folder, shop.root, 'journaled', JSON.stringify(command)];
    await using writer = startProgram('test/kit/killed-writer.ts', args);
    await once(writer.child, 'exit');
    assert.equal(writer.child.signalCode, 'SIGKILL', `${life}: ${writer.errors()}`);
  }
  await writeFile(join(shop.root, approvalPath('b1')), now);
  const { state, result } = (await shop.recover(command.id)) ?? {};
  const { succeeded, failed } = result as Result;
  const told = failed.map(({ id, problem }) => [id, problem]);
  assert.deepEqual([state, succeeded, told], ['done', ['b2'], [['b1', 'conflict']]]);
  assert.equal(await readFile(join(shop.root, approvalPath('b1')), 'utf8'), now);
});

interface Result {
  readonly total: number;
  readonly succeeded: readonly string[];
  readonly failed: readonly { readonly id: string; readonly problem: string }[];
  readonly decided: readonly { readonly approval: string; readonly rev: string }[];
}
