/** The screens in an organisation of many machines: any of them is found by its name, and kept once it was opened. */

import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

test('of a hundred machines one is found by its name, its specs are there at once, and after a reload it comes first', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const approval = { id: 'one', title: 'Review design', filePath: 'x', type: 'document', status: 'pending' };
  await writeFiles(root, { '.spec-workflow/approvals/checkout/one.json': JSON.stringify(approval) });
  await world.startMachine('workhorse', [root]);
  for (let index = 0; index < 100; index += 1)
    await world.call('POST', '/v1/machines', { name: `machine-${String(index).padStart(3, '0')}` });
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  // What waits is told of every machine, also of one that this device has never kept.
  await page.goto(`${world.url}/#/inbox`);
  await page.getByRole('article').filter({ hasText: 'Approval wanted: Review design' }).waitFor();
  await page.goto(`${world.url}/#/specs`);
  const choices = page.getByRole('dialog').locator('.choice');

  await page.getByRole('heading', { level: 1 }).getByRole('button').click();
  await page.getByText(/more machines\. Type a part of the name/).waitFor();
  await page.getByLabel('Find a machine by name').fill('workh');
  await choices.filter({ hasText: 'workhorse' }).click();
  await page.locator('.card').first().waitFor();

  await page.reload();
  await page.locator('.card').first().waitFor();
  await page.goto(`${world.url}/#/machines`);
  // The first one by name was shown at the start.
  await page.locator('.rows .row-title').nth(1).filter({ hasText: 'workhorse' }).waitFor();
  await page.getByRole('button', { name: 'Show 50 more' }).tap();
  await eventually(async () => (await page.locator('.rows .row-title').count()) === 100);
  await page.getByRole('button', { name: 'Show 1 more' }).waitFor();
  await page.getByLabel('Find a machine by name').fill('zebra');
  await page.getByText('No machine has this name').waitFor();
  await page.getByLabel('Find a machine by name').fill('workh');
  await page.getByRole('link', { name: /^workhorse/ }).tap();
  await page.getByRole('checkbox', { name: /Keep on this device/ }).check();
});
