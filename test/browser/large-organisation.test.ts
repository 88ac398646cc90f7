/** The screens in an organisation of many machines: any of them is found by its name, and kept once it was opened. */

import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

test('of a hundred machines one is found by its name, its specs are there at once, and after a reload it comes first', async () => {
  await using world = await openWorld();
  await world.startMachine('workhorse', [await makeSmallProject(join(world.folder, 'shop'))]);
  for (let index = 0; index < 100; index += 1)
    await world.call('POST', '/v1/machines', { name: `machine-${String(index).padStart(3, '0')}` });
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  const choose = async () =>
    await page
      .getByRole('button', { name: /^(machine-|workhorse)/ })
      .first()
      .click();
  const choices = page.getByRole('dialog').locator('.choice');

  await choose();
  await page.getByText(/more machines\. Type a part of the name/).waitFor();
  await page.getByLabel('Find a machine by name').fill('workh');
  await choices.filter({ hasText: 'workhorse' }).click();
  await page.locator('.card').first().waitFor();

  await page.reload();
  await page.locator('.card').first().waitFor();
  await page.goto(`${world.url}/#/machines`);
  await page
    .getByRole('checkbox', { name: /Keep on this device/ })
    .first()
    .waitFor();
  // The first one by name was shown at the start.
  await page.locator('.card-list article h2').nth(1).filter({ hasText: 'workhorse' }).waitFor();
});
