/** The app as a program of the device: it can be installed, opens without a network, and never lets its worker near the relay's calls. */

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Request } from 'playwright-core';
import { limits } from '#contract/limits.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls } from '../kit/bridge-calls.ts';
import { keptOffline, newToken, onDesktop, openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium', 'chromium-desktop');

before(buildApp);

test('the browser offers to install the app, and finds nothing amiss', async () => {
  await using world = await openApi();
  await using browser = await openBrowser(undefined, onDesktop());
  const page = await browser.context.newPage();
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  const session = await browser.context.newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  assert.deepEqual(installabilityErrors, []);
  const { errors, manifest } = (await session.send('Page.getAppManifest')) as unknown as {
    errors: unknown[];
    manifest: { name: string };
  };
  assert.deepEqual(errors, []);
  assert.equal(manifest.name, 'Sallyport');
});

test('once visited, the app opens without a network, and its policy is not broken by anything that it loads', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${box.url}/#/sign-in/${await newToken(world)}`);
  await eventually(async () => !page.url().includes('sign-in'));
  await keptOffline(page);
  await box.vanish();

  await page.reload();
  assert.match(await page.title(), /Sallyport$/);
  await eventually(async () => (await page.locator('#app').innerHTML()) !== '');
  assert.deepEqual(complaints, []);
});

test('the list of what is kept offline names every file of the app but the worker, and none of the relay’s calls', async () => {
  const worker = await readFile(join(import.meta.dirname, '../../pwa/dist/sw.js'), 'utf8');
  assert.match(worker, /index\.html/);
  assert.match(worker, /assets\/index-[\w-]+\.js/);
  assert.doesNotMatch(worker, /__WB_MANIFEST|["'`/]sw\.js|\.br"|\.gz"/);
});

test('the first screen needs at most 60 KiB of JavaScript on the wire', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  await bridge.put('specs/001-first/README.md', '# First\n');
  const page = await browser.context.newPage();
  const scripts: Request[] = [];
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'script') scripts.push(request);
  });
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  await page.locator('.card').waitFor();
  // As a browser gets them over HTTPS: over plain HTTP it takes no brotli.
  const sizes = await Promise.all(
    scripts.map(async (request) => {
      const path = new URL(request.url()).pathname;
      const file = join(import.meta.dirname, '../../pwa/dist', path);
      const { size } = await stat(`${file}.br`).catch(() => stat(file));
      return { path, bytes: size };
    }),
  );
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(total > 0 && total <= limits.firstRouteBytesMax, JSON.stringify(sizes, null, 1));
});

test('a sign-in link opened into the running app leaves no trace either', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.goto(world.url);
  await page.evaluate(`location.hash = '#/sign-in/${await newToken(world)}'`);
  await eventually(() => !page.url().includes('sign-in'));
  await eventually(async () => (await browser.context.cookies(world.url)).length > 0);
});
