/** axe finds nothing on any screen, in either scheme, on a phone or a desktop. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { openBrowser } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeScreensProject, screensOf } from '../kit/screens.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

test('every screen, light and dark, phone and desktop, and the dialogs', { timeout: 400_000 }, async () => {
  await using world = await openWorld();
  const root = await makeScreensProject(join(world.folder, 'shop'));
  const { id } = await world.startMachine('laptop', [root]);
  const project = (await world.call<Machine>('GET', `/v1/machines/${id}`)).projects[0]?.id ?? '';
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  const found: string[] = [];
  const check = async (name: string) => {
    for (const violation of await violationsOf(page)) found.push(`${name}: ${violation}`);
  };

  await page.goto(world.url);
  await page.getByLabel('Sign-in link').waitFor();
  await check('sign-in');
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.card').first().waitFor();
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, [fragment, drawn]] of Object.entries(screensOf(id, project))) {
        await page.goto(`${world.url}/${fragment}`);
        await page.locator(drawn).first().waitFor();
        await check(`${name} ${colorScheme} ${width}`);
      }
      await page.goto(`${world.url}/${screensOf(id, project).spec?.[0]}`);
      for (const chip of [/^Status: /, /^Priority: /, /^Tags: /, /wait for it|other specs/, /^More$/]) {
        await page.getByRole('button', { name: chip }).first().click();
        await page.getByRole('dialog').waitFor();
        await check(`sheet ${chip} ${colorScheme} ${width}`);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
    }
  assert.deepEqual(found, []);
});
