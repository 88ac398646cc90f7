/** Clean-up jobs: read with distrust, planned before they run, moved to the trash, and guarded against everybody who writes meanwhile. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { ResultOf } from '#contract/kinds/index.ts';
import { type EffectStep, sortOf } from '../../bridge/commands/effects/index.ts';
import { performAll } from '../../bridge/commands/effects/perform.ts';
import { findJob } from '../../bridge/jobs/find-job.ts';
import { planJob } from '../../bridge/jobs/plan.ts';
import { prepareRun } from '../../bridge/jobs/run-job.ts';
import { toolHomes } from '../../bridge/projects/homes.ts';
import { delivered } from '../kit/executor.ts';
import { age, bold, historyFile, type JobShop, jobOf, makeOldProject, openJobShop, settingsFile } from '../kit/jobs.ts';
import { copyRealProject, openTemporaryFolder, realProjectsMissing } from '../kit/projects.ts';

type Plan = ResultOf<'job-plan'>;

const specs = '.spec-workflow/specs';
const job = 'cleanup-specs';
const planned = async (jobs: JobShop, args: object = { job }) => (await jobs.ask('job-plan', { ...args })) as Plan;
const isThere = ({ shop }: JobShop, path: string) =>
  lstat(join(shop.root, path)).then(
    () => true,
    () => false,
  );

async function openOld(): Promise<JobShop> {
  const jobs = await openJobShop(makeOldProject);
  await jobs.keep(jobOf('cleanup-specs'), jobOf('cleanup-approvals'), jobOf('cleanup-archived-specs'));
  return jobs;
}

test('a list says of each job whether it is valid, when it is due and who would run it', async () => {
  await using jobs = await openJobShop(makeOldProject);
  await jobs.keep(
    jobOf('cleanup-specs', { enabled: true, lastRun: '2026-02-03T00:00:00.000Z' }),
    jobOf('nonsense', { enabled: true }),
    jobOf('cleanup-approvals', { schedule: 'not a cron' }),
    jobOf('cleanup-approvals', { id: 'young', config: { daysOld: 0 } }),
    jobOf('cleanup-approvals', { id: 'young' }),
    { name: 'without an id' },
  );
  const list = (await jobs.ask('job-list', {})) as ResultOf<'job-list'>;
  const told = list.items.map(({ id, valid, runner, nextRun, problem }) => [
    id,
    valid,
    runner,
    nextRun !== undefined,
    problem,
  ]);
  assert.deepEqual(told, [
    ['cleanup-specs', true, 'nobody', true, undefined],
    ['nonsense', false, 'nobody', false, 'The tool knows no job of the type "nonsense".'],
    ['cleanup-approvals', false, 'nobody', false, 'Its schedule is not valid.'],
    ['young', false, 'nobody', false, 'Its age (daysOld) is not a whole number of days, at least 1.'],
    ['young', false, 'nobody', false, 'Another job has the same id.'],
  ]);
  assert.equal(list.rev, await jobs.rev());
  jobs.shop.policy = { ...bold, jobs: 'run' };
  const runner = async () => ((await jobs.ask('job-get', { job })) as ResultOf<'job-get'>).runner;
  assert.equal(await runner(), 'sallyport');
  await writeFile(join(jobs.home, 'activeSession.json'), JSON.stringify({ pid: process.ppid }));
  assert.equal(await runner(), 'dashboard');
  await writeFile(join(jobs.home, 'activeSession.json'), JSON.stringify({ pid: process.pid }));
  assert.equal(await runner(), 'sallyport', 'a pid that is our own by now is no dashboard');
});

test('settings that are no settings are a clear problem, and nothing is written over them', async () => {
  await using jobs = await openJobShop(makeOldProject);
  const path = join(jobs.home, settingsFile);
  const outside = join(dirname(jobs.home), 'outside.json');
  await writeFile(outside, '{"automationJobs": []}');
  const hostile: readonly (readonly [string, string | (() => Promise<unknown>)])[] = [
    ['file-unparsable', '{"automationJobs": ['],
    ['file-unparsable', '[]'],
    ['file-unparsable', '{"automationJobs": {"id": 1}}'],
    ['file-unparsable', '{"__proto__": {"enabled": true}, "automationJobs": []}'],
    ['file-unparsable', '{"automationJobs": "\xff'],
    ['file-too-large', ' '.repeat(10 * 1024 * 1024)],
    ['path-refused', () => symlink(outside, path)],
    ['path-refused', () => mkdir(path)],
    ['path-refused', async () => execFileSync('mkfifo', [path])],
  ];
  for (const [code, make] of hostile) {
    if (typeof make === 'string') await writeFile(path, make, 'latin1');
    else await make();
    for (const kind of ['job-list', 'job-get', 'job-plan', 'job-history', 'job-stats'])
      assert.equal(
        await jobs.ask(kind, kind === 'job-list' ? {} : { job }),
        code,
        `${kind} ${String(make).slice(0, 40)}`,
      );
    const args = { name: 'Mine', type: job, daysOld: 1, schedule: '0 2 * * *' };
    assert.equal(await jobs.run('job-create', args, 'absent'), `failed ${code}`);
    await rm(path, { recursive: true });
  }
});

test('a job is made, changed, deleted and each taken back; what others wrote stays', async () => {
  await using jobs = await openJobShop(makeOldProject);
  const args = { name: 'Mine', type: job, daysOld: 9, schedule: '0 2 * * 1' };
  const made = (await jobs.run('job-create', args, 'absent')) as ResultOf<'job-create'>;
  const [written] = (await jobs.read(settingsFile)).automationJobs as Record<string, unknown>[];
  assert.deepEqual([written?.enabled, written?.config, written?.id], [false, { daysOld: 9 }, made.job]);
  await jobs.keep({ ...jobOf(job), own: 'unknown to us' });
  const changed = (await jobs.run(
    'job-update',
    { job, daysOld: 5, enabled: true },
    await jobs.rev(),
  )) as ResultOf<'job-update'>;
  const settings = await jobs.read(settingsFile);
  assert.deepEqual(settings.theirs, { kept: [1] });
  assert.deepEqual(settings.automationJobs, [
    { ...jobOf(job), own: 'unknown to us', enabled: true, config: { daysOld: 5 } },
  ]);
  assert.equal(changed.rev, await jobs.rev());
  assert.ok(changed.undo);
  await jobs.run(changed.undo.kind, changed.undo.args, changed.rev);
  assert.deepEqual((await jobs.read(settingsFile)).automationJobs, [{ ...jobOf(job), own: 'unknown to us' }]);
  const gone = (await jobs.run('job-delete', { job }, await jobs.rev())) as ResultOf<'job-delete'>;
  assert.deepEqual((await jobs.read(settingsFile)).automationJobs, []);
  assert.ok(gone.undo);
  await jobs.run(gone.undo.kind, gone.undo.args, gone.rev);
  assert.deepEqual((await jobs.read(settingsFile)).automationJobs, [jobOf(job)]);
});

test('every command on a job is refused for settings that the dashboard has written meanwhile', async () => {
  await using jobs = await openOld();
  const seen = await jobs.rev();
  await jobs.keep(jobOf(job, { name: 'renamed by the dashboard' }));
  const create = { name: 'Mine', type: job, daysOld: 9, schedule: '0 2 * * 1' };
  for (const [kind, args] of [
    ['job-create', create],
    ['job-update', { job, enabled: true }],
    ['job-delete', { job }],
  ] as const)
    assert.equal(await jobs.run(kind, args, seen), 'conflict conflict', kind);
  assert.deepEqual((await jobs.read(settingsFile)).automationJobs, [jobOf(job, { name: 'renamed by the dashboard' })]);
});

test('what is refused is refused with its reason, before anything is written', async () => {
  await using jobs = await openOld();
  const create = { name: 'Mine', type: job, daysOld: 9, schedule: '0 2 * * 1' };
  const rows: readonly (readonly [string, string, object, string?])[] = [
    ['failed args-invalid', 'job-create', { ...create, type: 'nonsense' }],
    ['failed args-invalid', 'job-create', { ...create, daysOld: 0 }],
    ['failed args-invalid', 'job-create', { ...create, daysOld: 1.5 }],
    ['failed args-invalid', 'job-create', { ...create, schedule: 'not a cron' }],
    ['failed args-invalid', 'job-create', { ...create, schedule: '61 2 * * *' }],
    ['failed args-invalid', 'job-create', { ...create, schedule: '0 0 31 2 *' }],
    ['failed job-unknown', 'job-create', { ...create, tool: 'spec-context' }],
    ['failed edit-refused', 'job-create', { ...create, id: job }],
    ['failed args-invalid', 'job-update', { job }],
    ['failed args-invalid', 'job-update', { job, type: 'cleanup-approvals' }],
    ['failed job-unknown', 'job-update', { job: '../settings', enabled: true }],
    ['failed job-unknown', 'job-delete', { job: '__proto__' }],
    ['failed job-unknown', 'job-run', { job: 'none' }],
    ['conflict plan-changed', 'job-run', { job }, 'f'.repeat(64)],
    ['failed rev-required', 'job-delete', { job }, ''],
  ];
  const before = await jobs.rev();
  for (const [expected, kind, args, ifRev = before] of rows)
    assert.equal(await jobs.run(kind, { ...args }, ifRev === '' ? undefined : ifRev), expected, JSON.stringify(args));
  jobs.shop.policy = { risks: { ...bold.risks, destroy: 'refuse' } };
  for (const [kind, args] of [
    ['job-create', create],
    ['job-update', { job, enabled: true }],
    ['job-run', { job }],
  ] as const)
    assert.equal(await jobs.run(kind, { ...args }, before), 'refused policy-refused', kind);
  assert.equal(await jobs.rev(), before);
});

test('a plan tells the age by the newest change, and what hangs on each spec', async () => {
  await using jobs = await openOld();
  const { items, skipped } = await planned(jobs);
  assert.deepEqual(
    items
      .map(({ spec, age: days, pending, openTasks }) => ({ spec, days, pending, openTasks }))
      .toSorted((a, b) => ((a.spec ?? '') < (b.spec ?? '') ? -1 : 1)),
    [
      { spec: 'old-one', days: 60, pending: 1, openTasks: 1 },
      { spec: 'old-two', days: 60, pending: undefined, openTasks: undefined },
    ],
  );
  assert.deepEqual(skipped, []);
  const archived = await planned(jobs, { job: 'cleanup-archived-specs' });
  assert.deepEqual(
    archived.items.map(({ spec, archived: is }) => [spec, is]),
    [['past', true]],
  );
  const approvals = async (includePending: boolean) =>
    (await planned(jobs, { job: 'cleanup-approvals', includePending })).items.map(({ approval }) => approval);
  assert.deepEqual(await approvals(false), ['approval_2']);
  assert.deepEqual((await approvals(true)).toSorted(), ['approval_1', 'approval_2']);
  jobs.shop.policy = { ...bold, projects: { shop: 'refuse' } };
  const refused = await planned(jobs);
  assert.deepEqual([refused.items, refused.skipped.length], [[], 1]);
});

test('a run moves what was planned to the trash, enters the history of the tool, and is restored', async () => {
  await using jobs = await openOld();
  await writeFile(
    join(jobs.home, historyFile),
    JSON.stringify({ executions: Array.from({ length: 1000 }, () => ({ jobId: 'older' })) }),
  );
  const { planRev } = await planned(jobs);
  assert.equal(await jobs.run('job-run', { job }, planRev), 'failed confirmation-missing');
  assert.equal(await jobs.run('job-run', { job, confirm: ['old-one'] }, planRev), 'failed confirmation-missing');
  assert.equal(
    await jobs.run('job-run', { job, confirm: ['old-one', 'old-two', 'fresh'] }, planRev),
    'failed confirmation-missing',
  );
  const result = (await jobs.run('job-run', { job, confirm: ['old-one', 'old-two'] }, planRev)) as ResultOf<'job-run'>;
  assert.deepEqual([result.success, result.itemsProcessed, result.itemsDeleted], [true, 3, 2]);
  assert.deepEqual(await readdir(join(jobs.shop.root, specs)), ['fresh']);
  const { executions } = await jobs.read(historyFile);
  const [newest, ...older] = executions as Record<string, unknown>[];
  assert.deepEqual([newest?.jobId, newest?.jobType, newest?.itemsDeleted, older.length], [job, job, 2, 999]);
  const [kept] = (await jobs.read(settingsFile)).automationJobs as Record<string, unknown>[];
  assert.equal(kept?.lastRun, result.startTime);
  const stats = (await jobs.ask('job-stats', { job })) as ResultOf<'job-stats'>;
  assert.deepEqual([stats.totalExecutions, stats.successRate, stats.totalItemsDeleted], [1, 100, 2]);
  await jobs.run('trash-restore', { items: result.items.map(({ trashed }) => trashed) });
  assert.deepEqual((await readdir(join(jobs.shop.root, specs))).toSorted(), ['fresh', 'old-one', 'old-two']);
});

test('a run is refused as soon as anything of its plan is different', async () => {
  await using jobs = await openOld();
  const confirm = ['old-one', 'old-two'];
  const { planRev } = await planned(jobs);
  await age(join(jobs.shop.root, specs, 'old-two/design.md'), 40);
  assert.equal(await jobs.run('job-run', { job, confirm }, planRev), 'conflict plan-changed');
  assert.equal(await isThere(jobs, `${specs}/old-one`), true);
  const next = await planned(jobs);
  await jobs.keep(jobOf(job, { config: { daysOld: 50 } }));
  assert.equal(await jobs.run('job-run', { job, confirm }, next.planRev), 'conflict plan-changed');
});

test('where the owner of one project wants a signature, a run without one leaves all of it', async () => {
  await using jobs = await openOld();
  jobs.shop.policy = { ...bold, projects: { shop: 'signed' } };
  const { planRev } = await planned(jobs);
  assert.equal(
    await jobs.run('job-run', { job, confirm: ['old-one', 'old-two'] }, planRev),
    'refused signature-needed',
  );
});

for (const file of [settingsFile, historyFile])
  test(`a dashboard that writes ${file} in the middle of a run: nothing has moved, and its bytes stay`, async () => {
    await using jobs = await openOld();
    const { shop } = jobs;
    const now = new Date();
    const found = await findJob({ homes: shop.homes, policy: shop.policy, now }, { job });
    const wish = { home: found.home, job: found.job, projects: shop.projects, leaveAlone: () => undefined };
    const plan = await planJob({ ...wish, includePending: false, now });
    const { effects } = await prepareRun(found, plan, shop.projects, now);
    const theirs = '{"automationJobs": [], "executions": []}';
    const meanwhile = async (_: unknown, at: number) => {
      if (at === 1) await writeFile(join(jobs.home, file), theirs);
    };
    await assert.rejects(performAll('command-a', effects, meanwhile), { code: 'conflict' });
    assert.equal((await readdir(join(shop.root, specs))).length, 3);
    assert.equal(await readFile(join(jobs.home, file), 'utf8'), theirs);
  });

for (const done of [0, 1, 2, 3, 4])
  test(`killed in the middle of a run: with ${done} of 4 effects done, all of it counts or none`, async () => {
    await using jobs = await openOld();
    const { shop } = jobs;
    const settings = await jobs.rev();
    const machine = { homes: shop.homes, policy: shop.policy, now: new Date() };
    const found = await findJob(machine, { job });
    const wish = { home: found.home, job: found.job, projects: shop.projects, leaveAlone: () => undefined };
    const plan = await planJob({ ...wish, includePending: false, now: machine.now });
    const { effects, result } = await prepareRun(found, plan, shop.projects, machine.now);
    assert.equal(effects.length, 4);
    const command = delivered('job-run', { job, confirm: ['old-one', 'old-two'] }, { ifRev: plan.planRev });
    await shop.journal.received([command]);
    for (const [at, { place, what }] of effects.entries()) {
      if (at > done) break;
      const isLast = at === 3;
      const step: EffectStep = sortOf(what).toStep(what, !isLast);
      await shop.journal.effect(command.id, { project: place.id, step, at, isLast, ...(isLast && { result }) });
      if (at < done) await sortOf(what).do({ command: command.id, root: place.root }, what, async () => {});
    }
    // What is taken back would run again; refused, it shows the state that recovery left.
    shop.policy = { risks: { ...bold.risks, destroy: 'refuse' } };
    const outcome = await shop.recover(command.id);
    assert.equal(outcome?.state, done === 4 ? 'done' : 'refused');
    assert.equal(await isThere(jobs, `${specs}/old-one`), done < 4);
    assert.equal((await jobs.rev()) === settings, done < 4, 'the settings are as before');
  });

test('two homes: a job that both have is named with its tool', async () => {
  await using jobs = await openOld();
  const other = join(dirname(jobs.home), 'other');
  await mkdir(other);
  await writeFile(join(other, settingsFile), JSON.stringify({ automationJobs: [jobOf(job)] }));
  jobs.shop.homes = [
    ...jobs.shop.homes,
    { tool: 'spec-context', id: 'home:spec-context', root: other, formats: ['spec-context'] },
  ];
  assert.equal(await jobs.ask('job-get', { job }), 'args-invalid');
  assert.equal(
    ((await jobs.ask('job-get', { job, tool: 'spec-context' })) as ResultOf<'job-get'>).tool,
    'spec-context',
  );
  assert.deepEqual(
    (await planned(jobs, { job, tool: 'spec-context' })).items,
    [],
    'its jobs do not touch the other format',
  );
});

test('the homes are where the tools keep them, once they have run', async () => {
  await using folder = await openTemporaryFolder();
  const tools = async (env: object) =>
    (await toolHomes({ HOME: folder.path, ...env })).map(({ tool, root }) => [tool, root]);
  assert.deepEqual(await tools({}), []);
  await mkdir(join(folder.path, '.spec-context-mcp'));
  assert.deepEqual(await tools({}), [['spec-context', join(folder.path, '.spec-context-mcp')]]);
  assert.deepEqual(await tools({ SPEC_WORKFLOW_HOME: folder.path }), [['spec-workflow', folder.path]]);
});

test('runs over the real specs leave every byte in the trash', { skip: realProjectsMissing }, async () => {
  await using jobs = await openJobShop(async (root) => {
    await rename(await copyRealProject('spec-workflow', dirname(root)), root);
    await age(root, 90);
  });
  const { root } = jobs.shop;
  await jobs.keep(jobOf(job), jobOf('cleanup-archived-specs'), jobOf('cleanup-approvals'));
  const before = await readdir(root, { recursive: true });
  const moved: string[] = [];
  for (const id of [job, 'cleanup-archived-specs', 'cleanup-approvals']) {
    const plan = await planned(jobs, { job: id, includePending: true });
    const confirm = id === job ? plan.items.map(({ spec }) => spec) : [];
    const result = (await jobs.run(
      'job-run',
      { job: id, includePending: true, confirm },
      plan.planRev,
    )) as ResultOf<'job-run'>;
    assert.equal(result.itemsDeleted, plan.items.length);
    moved.push(...result.items.map(({ trashed }) => trashed));
    await jobs.shop.rescan();
  }
  assert.ok(moved.length > 60, `${moved.length} specs and approvals`);
  await jobs.run('trash-restore', { items: moved });
  const after = (await readdir(root, { recursive: true })).filter((path) => !path.includes('.sallyport-trash'));
  assert.deepEqual(after.toSorted(), before.toSorted());
});
