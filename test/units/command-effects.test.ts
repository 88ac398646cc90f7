/** Commands with several effects: all of them happen, or none, whatever fails and whatever is killed when. */
import assert from 'node:assert/strict';
import { lstat, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandDelivered } from '#contract/bridge.ts';
import { type Effect, sortOf } from '../../bridge/commands/effects/index.ts';
import { performAll } from '../../bridge/commands/effects/perform.ts';
import { performEach } from '../../bridge/commands/effects/perform-each.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { approvalPath, approvalText, category, design } from '../kit/approvals.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { bolder } from '../kit/kinds-ground.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';

const readme = 'specs/001-first-light/README.md';
const fresh = 'specs/001-first-light/new.md';
const moved = { is: 'move-folder', from: 'specs/001-first-light', to: 'specs/archived/001-first-light' } as const;
const bytes = (text: string) => new TextEncoder().encode(text);
const atOnce = async () => {};
const placed = ({ root }: Workshop, effects: readonly Effect[]) =>
  effects.map((what) => ({ place: { id: 'project-1', root }, what }));
const isThere = (shop: Workshop, path: string) =>
  lstat(join(shop.root, path)).then(
    () => true,
    () => false,
  );

/** A text that changes, a file that is new, and a folder that moves. */
async function threeEffects(shop: Workshop): Promise<Effect[]> {
  const before = await readFile(join(shop.root, readme));
  return [
    { is: 'write-file', path: readme, before, bytes: bytes('# Archived\n') },
    { is: 'write-file', path: fresh, before: null, bytes: bytes('why\n') },
    moved,
  ];
}

test('several effects happen in their order, each journaled before it', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const begun: unknown[] = [];
  await performAll('command-a', placed(shop, await threeEffects(shop)), async ({ what: { is } }, at, isLast) => {
    begun.push([is, at, isLast, await isThere(shop, fresh), await isThere(shop, moved.to)]);
  });
  assert.deepEqual(begun, [
    ['write-file', 0, false, false, false],
    ['write-file', 1, false, false, false],
    ['move-folder', 2, true, true, false],
  ]);
  assert.equal(await readFile(join(shop.root, moved.to, 'README.md'), 'utf8'), '# Archived\n');
});

test('where one of several effects cannot be done, those before it are taken back', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const was = await readFile(join(shop.root, readme), 'utf8');
  const effects = await threeEffects(shop);
  const taken: Effect = { is: 'move-folder', from: moved.from, to: 'specs/002-two-masts' };
  await writeFile(join(shop.root, 'specs/002-two-masts'), 'in the way', { flag: 'wx' }).catch(() => undefined);
  await assert.rejects(performAll('command-a', placed(shop, [...effects.slice(0, 2), taken]), atOnce), {
    code: 'edit-refused',
  });
  assert.equal(await readFile(join(shop.root, readme), 'utf8'), was);
  assert.equal(await isThere(shop, fresh), false);
});

test('what somebody saved since is not taken back: the command is interrupted and their text stays', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const [first, second] = await threeEffects(shop);
  assert.ok(first && second);
  const failing = async (_: unknown, at: number) => {
    if (at === 0) return;
    await writeFile(join(shop.root, readme), 'saved by somebody');
    throw new Error('the disk is full');
  };
  await assert.rejects(performAll('command-a', placed(shop, [first, second]), failing), {
    code: 'interrupted',
  });
  assert.equal(await readFile(join(shop.root, readme), 'utf8'), 'saved by somebody');
});

for (const done of [0, 1, 2, 3])
  test(`killed between two effects: with ${done} of 3 done, all of it counts or none`, async () => {
    await using shop = await openWorkshop(makeSmallProject);
    const before = await readFile(join(shop.root, readme));
    const command = delivered('spec-metadata-update', { spec: '001', status: 'in-progress' }, { ifRev: revOf(before) });
    await shop.journal.received([command]);
    const site = { command: command.id, root: shop.root };
    for (const [at, effect] of (await threeEffects(shop)).entries()) {
      if (at > done) break;
      const isLast = at === 2;
      const step = sortOf(effect).toStep(effect, !isLast);
      await shop.journal.effect(command.id, { project: 'project-1', step, at, isLast, ...(isLast && { result: {} }) });
      if (at < done) await sortOf(effect).do(site, effect, atOnce);
    }
    const outcome = await shop.recover(command.id);
    assert.equal(outcome?.state, 'done', JSON.stringify(outcome));
    assert.equal(await isThere(shop, moved.to), done === 3);
    if (done === 3) return;
    // Nothing of it was left, so the command ran again from its beginning.
    assert.equal(await isThere(shop, fresh), false);
    const text = await readFile(join(shop.root, readme), 'utf8');
    assert.equal(text.match(/- status: in-progress/g)?.length, 1, text);
  });

test('a folder that somebody moved elsewhere meanwhile leaves the command interrupted', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const command = delivered('spec-archive', { spec: '001' }, { ifRev: 'a'.repeat(64) });
  await shop.journal.received([command]);
  await shop.journal.effect(command.id, { project: 'project-1', step: moved, at: 0, isLast: true, result: {} });
  await rename(join(shop.root, moved.from), join(shop.root, 'specs/elsewhere'));
  assert.equal((await shop.recover(command.id))?.state, 'interrupted');
});

/** What lives of the bridge wait for that end here. They stay in memory: what they have open must not be closed by the garbage collector. */
const killed: ((goesOn: boolean) => void)[] = [];

/** A project with three approvals of one document. */
const makeThree = (root: string) =>
  writeFiles(root, {
    [design]: '# Design\n',
    ...Object.fromEntries(['b1', 'b2', 'b3'].map((id) => [approvalPath(id), approvalText(id)])),
  });

/** The args of a command that approves all three. */
async function approveThree(shop: Workshop): Promise<Record<string, unknown>> {
  const { documents } = await shop.rescan();
  const fileRev = documents.get(design)?.rev;
  const items = ['b1', 'b2', 'b3'].map((approval) => ({
    approval,
    ifRev: documents.get(approvalPath(approval))?.rev,
    fileRev,
  }));
  return { decision: 'approve', items };
}

/** Three decisions, of which a life of the bridge has made the first. */
async function oneOfThree(shop: Workshop): Promise<CommandDelivered> {
  const args = await approveThree(shop);
  const command = delivered('approval-decide-many', args, { leasedUntil: 0, expiresAt: shop.now + 60_000 });
  let asked = 0;
  const stopped = Promise.withResolvers<void>();
  shop.renew = async () => {
    asked += 1;
    // Before the first is made, and before it is written.
    if (asked <= 2) return true;
    stopped.resolve();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    killed.push(resolve);
    return await promise;
  };
  await shop.executor.accept([command]);
  await stopped.promise;
  shop.renew = async () => true;
  return command;
}

const outcomes: Readonly<Record<string, readonly [string, (shop: Workshop) => void]>> = {
  'time is over': ['command-expired', (shop) => (shop.now += 120_000)],
  'the owner refuses such': [
    'policy-refused',
    (shop) => (shop.policy = { risks: { ...bolder.risks, write: 'refuse' } }),
  ],
  'the project is gone': ['project-unknown', (shop) => (shop.projects = [])],
  'the bridge has a defect': [
    'defect',
    (shop) =>
      (shop.policy = {
        get risks(): never {
          throw new TypeError('a defect');
        },
      }),
  ],
};
for (const [why, [code, change]] of Object.entries(outcomes))
  test(`killed among several decisions, and then ${why}: what was written is told, and of the others why not`, async () => {
    await using shop = await openWorkshop(makeThree);
    const command = await oneOfThree(shop);
    change(shop);
    const { state, result } = (await shop.recover(command.id)) ?? {};
    const { succeeded, failed } = result as { succeeded: string[]; failed: { id: string; problem: string }[] };
    const first = code === 'project-unknown' ? 'interrupted' : 'done';
    const told = failed.map(({ id, problem }) => [id, problem]);
    assert.deepEqual(
      [state, succeeded, told],
      [
        'done',
        first === 'done' ? ['b1'] : [],
        [...(first === 'done' ? [] : [['b1', first]]), ['b2', code], ['b3', code]],
      ],
    );
    for (const id of ['b1', 'b2', 'b3']) {
      const { status } = JSON.parse(await readFile(join(shop.root, approvalPath(id)), 'utf8'));
      assert.equal(status, id === 'b1' ? 'approved' : 'pending', id);
    }
  });

test('killed among several decisions and called off: those that are left are made, because some are', async () => {
  await using shop = await openWorkshop(makeThree);
  const command = await oneOfThree(shop);
  await using next = await shop.restart();
  next.executor.cancel([command.id]);
  await next.executor.idle();
  const { state, result } = next.executor.results().find(({ id }) => id === command.id) ?? {};
  assert.deepEqual([state, (result as { succeeded: string[] }).succeeded], ['done', ['b1', 'b2', 'b3']]);
});

test('a lease that is lost among several decisions: nothing is kept of those that are left, and each says why', async () => {
  await using shop = await openWorkshop(makeThree);
  let asked = 0;
  shop.renew = async () => {
    asked += 1;
    return asked !== 3;
  };
  const { state, result } = await shop.run('approval-decide-many', await approveThree(shop), { leasedUntil: 0 });
  const { succeeded, failed } = result as { succeeded: string[]; failed: { id: string; problem: string }[] };
  const told = failed.map(({ id, problem }) => [id, problem]);
  const left = ['b2', 'b3'].map((id) => [id, 'command-expired']);
  assert.deepEqual([state, succeeded, told, asked], ['done', ['b1'], left, 3]);
  const names = await readdir(join(shop.root, category, '.snapshots/design.md'));
  assert.deepEqual(
    names.filter((name) => name.startsWith('snapshot-')),
    ['snapshot-001.json'],
  );
});

test('a defect at one of several effects that stand alone is logged, and the others are done and told', async () => {
  await using shop = await openWorkshop(makeSmallProject);
  const write = (path: string) => async () => ({
    placed: { place: shop.project(), what: { is: 'write-file', path, before: null, bytes: bytes('new\n') } as const },
    result: path,
  });
  const [defect, defects]: [Error, unknown[]] = [new TypeError('a defect'), []];
  const broken = async () => {
    throw defect;
  };
  const other = 'specs/001-first-light/other.md';
  const ended = await performEach<string>([write(fresh), broken, write(other)], {
    ...{ command: 'c', checkMayGoOn: atOnce, before: atOnce },
    earlier: { ended: new Map(), unsure: undefined },
    onDefect: (error) => defects.push(error),
  });
  const told = ended.map((each) => ('problem' in each ? each.problem.code : each.result));
  assert.deepEqual([told, defects], [[fresh, 'defect', other], [defect]]);
  assert.deepEqual([await isThere(shop, fresh), await isThere(shop, other)], [true, true]);
});
