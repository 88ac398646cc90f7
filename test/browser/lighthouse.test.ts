/** Lighthouse finds nothing in accessibility and best practices, on the phone profile. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openLighthouse } from '../kit/lighthouse.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeScreensProject, screensOf } from '../kit/screens.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

/** A list, a text, a form and what has most on it, because each takes many seconds; axe looks at all screens in `accessibility.test.ts`. */
const looked = ['approval', 'inbox', 'spec', 'editor'];

test('100 of 100 on a screen of each kind', { timeout: 600_000 }, async () => {
  await using world = await openWorld();
  const root = await makeScreensProject(join(world.folder, 'shop'));
  const { id } = await world.startMachine('laptop', [root]);
  const project = (await world.call<Machine>('GET', `/v1/machines/${id}`)).projects[0]?.id ?? '';
  const { browser, look } = await openLighthouse();
  await using _browser = browser;
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.card').first().waitFor();
  const screens = screensOf(id, project);
  const urls = looked.map((name) => `${world.url}/${screens[name]?.[0] ?? assert.fail(`there is no screen ${name}`)}`);
  const seen = await look(urls, ['accessibility', 'best-practices']);
  assert.equal(seen.length, looked.length);
  const found = seen.flatMap(({ url, scores, amiss }) =>
    Object.values(scores).some((score) => score < 100) ? [`${url} ${JSON.stringify(scores)}: ${amiss.join('; ')}`] : [],
  );
  assert.deepEqual(found, []);
});
