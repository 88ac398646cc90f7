/** Clean-up jobs on the screen: made switched off, planned, run by typing the names of the active specs, and brought back. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { bold, historyFile, jobOf, makeOldProject } from '../kit/jobs.ts';
import { testNeeding } from '../kit/parts.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a job is planned, run by typing the names of the specs, restored, and another is made switched off', async () => {
  await using world = await openWorld();
  const [root, home, data] = ['shop', 'home', 'bridge-laptop'].map((name) => join(world.folder, name)) as [
    string,
    string,
    string,
  ];
  await makeOldProject(root);
  await Promise.all([home, data].map((folder) => mkdir(folder)));
  const settings = join(home, 'settings.json');
  await writeFile(settings, JSON.stringify({ automationJobs: [jobOf('cleanup-specs')] }));
  const earlier = { jobId: 'cleanup-specs', executedAt: '2026-11-20T02:00:00.000Z', success: true };
  const history = { executions: [{ ...earlier, duration: 12, itemsProcessed: 7, itemsDeleted: 5 }] };
  await writeFile(join(home, historyFile), JSON.stringify(history));
  await writeFile(join(data, 'policy.json'), JSON.stringify(bold));
  const machine = await world.startMachine('laptop', [root], { SPEC_WORKFLOW_HOME: home });
  await using browser = await openBrowser(undefined);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);
  await page.getByRole('link', { name: 'Clean-up jobs' }).click();
  await page.getByRole('link', { name: /Job cleanup-specs/ }).click();
  await page.getByText('1 approval waiting').waitFor();
  const names = page.getByLabel('Type the names of the active specs');
  const run = page.getByRole('button', { name: 'Move 2 items to the trash' });
  await names.fill('old-one');
  await run.click();
  await page.getByText('old-two is missing.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await names.fill('old-one, old-two');
  await run.click();
  const specs = join(root, '.spec-workflow/specs');
  await page.getByRole('button', { name: 'Restore' }).waitFor();
  assert.deepEqual(await readdir(specs), ['fresh']);
  // The newest run on top, each with its own figures, in the table and as bars.
  await page.getByText('2 runs, 100 % successful, 7 items removed.').waitFor();
  const removed = page.locator('.job-runs td:nth-child(2)');
  await eventually(async () => {
    assert.deepEqual(
      (await removed.allTextContents()).map((each) => each.trim()),
      ['2 of 3', '5 of 7'],
    );
    return true;
  });
  const shares = "[...document.querySelectorAll('.job-bar')].map((bar) => bar.style.getPropertyValue('--job-share'))";
  assert.deepEqual(await page.evaluate(shares), ['1', '0.4']);
  await page.getByRole('button', { name: 'Restore' }).click();
  await page.getByText('2 items brought back from the trash.').waitFor();
  assert.deepEqual((await readdir(specs)).length, 3);
  await page.goto(`${world.url}/#/m/${machine.id}/jobs`);
  await page.getByRole('button', { name: 'Make a job' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Schedule').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await sheet.getByLabel('Name').fill('Old approvals');
  await sheet.getByLabel('What it removes').selectOption('cleanup-approvals');
  await sheet.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('link', { name: /Old approvals/ }).waitFor();
  const made = async () =>
    (JSON.parse(await readFile(settings, 'utf8')) as { automationJobs: { enabled: boolean }[] }).automationJobs;
  assert.equal((await eventually(made))[1]?.enabled, false);
});
