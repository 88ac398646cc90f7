/** Dialogs: where they begin, and that one which fails takes nothing along. */

import assert from 'node:assert/strict';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { testNeeding } from '../kit/parts.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

/** What has the focus, in words. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(
    '((at) => at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent.trim())(document.activeElement)',
  );
}

test('a dialog begins with what the person came for, and never with Close', async () => {
  await using stage = await openStage();
  const { page, world, machine } = stage;
  await page.getByRole('button', { name: 'Order, view and filters' }).click();
  await page.getByRole('dialog').waitFor();
  assert.match(await focused(page), /^List/, 'as it is shown now');
  await page.keyboard.press('Escape');
  await stage.open('First light');
  await page.getByRole('button', { name: /^Status: / }).click();
  assert.equal(await focused(page), 'Planned', 'the one that is chosen');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  assert.equal(await focused(page), 'Title, name or number');
  await page.keyboard.press('Escape');
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);
  await page.getByRole('button', { name: 'Rename' }).click();
  assert.equal(await focused(page), 'Name');
});

test('a dialog that cannot be drawn says so, empties no screen, and opens once it can', async () => {
  await using stage = await openStage({ browser: { serviceWorkers: 'block' } });
  const { page } = stage;
  // A relay that was replaced meanwhile has other scripts.
  await page.route('**/Palette-*.js', (route) => route.abort());
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.getByRole('alert').getByText('cannot be drawn').waitFor();
  assert.ok(await page.locator('.card').first().isVisible());
  await page.unroute('**/Palette-*.js');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog').waitFor();
});
