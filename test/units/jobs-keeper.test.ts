/** Schedules of jobs: kept only where the owner wants it and no dashboard is there, never caught up on. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Act } from '#contract/audit.ts';
import { performUnasked } from '../../bridge/commands/effects/perform-unasked.ts';
import { createJobKeeper } from '../../bridge/jobs/keeper.ts';
import { bold, historyFile, type JobShop, jobOf, makeOldProject, openJobShop, settingsFile } from '../kit/jobs.ts';

const minute = 60_000;
const specs = '.spec-workflow/specs';

/** A keeper over the shop, whose clock the test sets. */
function keeperOf({ shop }: JobShop) {
  const acts: Act[] = [];
  const conditions = new Map<string, string>();
  const running: Promise<void>[] = [];
  const state = { nowMs: Date.now() };
  const look = createJobKeeper({
    policy: () => shop.policy,
    projects: () => shop.projects,
    homes: async () => shop.homes,
    perform: (effects) => performUnasked(effects, async () => undefined),
    conditions: {
      say: ({ topic, title }) => void conditions.set(topic, title),
      clear: (topic) => void conditions.delete(topic),
    },
    log: { info: () => undefined, warn: () => undefined },
    runApart: (task) => void running.push(task()),
    record: (act) => void acts.push(act),
    clock: () => state.nowMs,
  });
  return {
    acts,
    missed: () => conditions.get('job-missed'),
    lookAt: async (ms: number) => {
      state.nowMs = ms;
      await look();
      await Promise.all(running);
    },
  };
}

/** The shop, and a minute before the job is due. */
async function openDue() {
  const jobs = await openJobShop(makeOldProject);
  jobs.shop.policy = { ...bold, jobs: 'run' };
  const due = Math.ceil((Date.now() + minute) / minute) * minute;
  const at = new Date(due);
  const schedule = `${at.getMinutes()} ${at.getHours()} * * *`;
  const lastRun = new Date(due - 60 * minute).toISOString();
  await jobs.keep(jobOf('cleanup-specs', { enabled: true, schedule, lastRun }));
  return { jobs, keeper: keeperOf(jobs), due };
}

test('a job that is due runs once, enters the history and the audit log', async () => {
  const { jobs, keeper, due } = await openDue();
  await using _ = jobs;
  await keeper.lookAt(due - minute);
  await keeper.lookAt(due + 1);
  await keeper.lookAt(due + minute / 2);
  const left = (await readdir(join(jobs.shop.root, specs))).toSorted();
  assert.deepEqual(left, ['fresh', 'old-one'], 'an approval of old-one waits');
  assert.equal(((await jobs.read(historyFile)).executions as unknown[]).length, 1);
  assert.deepEqual(
    keeper.acts.map(({ action, result, about }) => [action, result, about?.moved]),
    [['job-ran', 'done', '1']],
  );
  assert.equal(keeper.missed(), undefined);
});

for (const [why, change] of [
  [
    'the owner did not ask for it',
    async ({ shop }: JobShop) => {
      shop.policy = bold;
    },
  ],
  [
    'a dashboard runs',
    ({ home }: JobShop) => writeFile(join(home, 'activeSession.json'), JSON.stringify({ pid: process.ppid })),
  ],
  ['the note of a dashboard cannot be read', ({ home }: JobShop) => writeFile(join(home, 'activeSession.json'), '{')],
  ['the settings cannot be read', ({ home }: JobShop) => writeFile(join(home, settingsFile), '{')],
  ['the job is disabled', (jobs: JobShop) => jobs.keep(jobOf('cleanup-specs', { schedule: '* * * * *' }))],
  [
    'the job is not valid',
    (jobs: JobShop) => jobs.keep(jobOf('cleanup-all', { enabled: true, schedule: '* * * * *' })),
  ],
] as const)
  test(`nothing runs, and nothing is said to be missed, where ${why}`, async () => {
    const { jobs, keeper, due } = await openDue();
    await using _ = jobs;
    await change(jobs);
    await keeper.lookAt(due - minute);
    await keeper.lookAt(due + 1);
    await keeper.lookAt(due + 60 * minute);
    assert.equal((await readdir(join(jobs.shop.root, specs))).length, 3);
    assert.deepEqual([keeper.acts, keeper.missed()], [[], undefined]);
  });

test('a run that was missed, by sleep or a restart, is said with its plan and not caught up on', async () => {
  const { jobs, keeper, due } = await openDue();
  await using _ = jobs;
  await keeper.lookAt(due - minute);
  await keeper.lookAt(due + 10 * minute);
  assert.match(keeper.missed() ?? '', /"Job cleanup-specs" \(.* UTC\): it would move old-two\./);
  assert.equal((await readdir(join(jobs.shop.root, specs))).length, 3);
  const next = keeperOf(jobs);
  await next.lookAt(due + 20 * minute);
  assert.match(next.missed() ?? '', /it would move/);
  await jobs.keep(jobOf('cleanup-specs', { lastRun: new Date(due + 21 * minute).toISOString() }));
  await next.lookAt(due + 22 * minute);
  assert.equal(next.missed(), undefined, 'it was run or disabled since');
});

test('projects in which the owner refuses runs, or wants them signed, are left alone', async () => {
  const { jobs, keeper, due } = await openDue();
  await using _ = jobs;
  jobs.shop.policy = { ...bold, jobs: 'run', projects: { shop: 'signed' } };
  await keeper.lookAt(due - minute);
  await keeper.lookAt(due + 1);
  assert.equal((await readdir(join(jobs.shop.root, specs))).length, 3);
  assert.equal(keeper.acts[0]?.about?.moved, '0');
});
