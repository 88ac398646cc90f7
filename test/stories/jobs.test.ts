/** Clean-up jobs by curl: a script lists, plans, runs and restores, and is refused where it has not read the plan. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ResultOf } from '#contract/kinds/index.ts';
import { eventually } from '../kit/eventually.ts';
import { bold, jobOf, makeOldProject } from '../kit/jobs.ts';
import { openWorld } from '../kit/world.ts';

const job = 'cleanup-specs';

test('a job is planned, run and restored by its own paths; the plan that was read is the one that runs', async () => {
  await using world = await openWorld();
  const at = (name: string) => join(world.folder, name);
  await makeOldProject(at('shop'));
  await Promise.all(['home', 'bridge-laptop'].map((name) => mkdir(at(name))));
  await writeFile(at('home/settings.json'), JSON.stringify({ automationJobs: [jobOf(job)] }));
  await writeFile(at('bridge-laptop/policy.json'), JSON.stringify(bold));
  const machine = await world.startMachine('laptop', [at('shop')], { SPEC_WORKFLOW_HOME: at('home') });
  const jobs = '/v1/machines/laptop/jobs';
  const get = async <Result>(path: string) => (await world.call<{ result: Result }>('GET', `${jobs}${path}`)).result;
  const send = async (path: string, body: object, expected?: number) =>
    await world.call<{ code?: string; problem?: { code: string }; result?: unknown }>(
      'POST',
      `${jobs}${path}`,
      body,
      expected,
    );

  const isShown = async () => (await machine.documents()).some(({ path }) => path.includes('specs/old-two/'));

  const { items, rev } = await get<ResultOf<'job-list'>>('');
  assert.deepEqual([items.map(({ id }) => id), rev?.length], [[job], 64]);
  assert.equal((await get<ResultOf<'job-get'>>(`/${job}`)).valid, true);
  const { planRev } = await get<ResultOf<'job-plan'>>(`/${job}/plan?includePending=true`);
  const confirm = ['old-one', 'old-two'];
  const refused = async (body: object, status: number) => {
    const { code, problem } = await send(`/${job}/run`, body, status);
    return problem?.code ?? code;
  };
  assert.equal(await refused({ confirm, includePending: true }, 428), 'rev-required');
  assert.equal(await refused({ confirm, ifRev: 'f'.repeat(64) }, 412), 'plan-changed');
  assert.equal(await refused({ includePending: true, ifRev: planRev }, 422), 'confirmation-missing');
  assert.equal((await world.call<{ code: string }>('GET', `${jobs}/none`, undefined, 404)).code, 'job-unknown');

  const ran = await send(`/${job}/run`, { confirm, includePending: true, ifRev: planRev });
  const moved = (ran.result as ResultOf<'job-run'>).items;
  assert.deepEqual(await readdir(at('shop/.spec-workflow/specs')), ['fresh']);
  await eventually(async () => !(await isShown()));
  const { items: runs } = await get<ResultOf<'job-history'>>(`/${job}/history?limit=5`);
  assert.equal(runs[0]?.itemsDeleted, 2);
  assert.equal((await get<ResultOf<'job-stats'>>(`/${job}/stats`)).totalExecutions, 1);

  await send(`/${job}/restore`, { project: 'shop', items: moved.map(({ trashed }) => trashed) });
  await eventually(isShown);
  const made = await world.call<{ result: ResultOf<'job-update'> }>('PUT', `${jobs}/${job}`, {
    enabled: true,
    ifRev: (await get<ResultOf<'job-get'>>(`/${job}`)).rev,
  });
  await world.call('DELETE', `${jobs}/${job}`, { ifRev: made.result.rev });
  assert.deepEqual(JSON.parse(await readFile(at('home/settings.json'), 'utf8')).automationJobs, []);
});
