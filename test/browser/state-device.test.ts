/** The app's state on a device that is short of something: room, a database, a newer version of the app. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { keptOffline, newToken, onDesktop, openBrowser, openState, type StateWindow, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { notedRevs, noteRevs, revAt } from '../kit/noted-revs.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

before(buildApp);

test('where the browser keeps nothing the app works from memory, in every tab, and says so', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  await browser.context.addInitScript("Object.defineProperty(window, 'indexedDB', { value: undefined })");
  const bridge = await openBridgeCalls(world);
  const one = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(one)).connection.rung === 'live');
  const two = await openState(browser.context, world.url);
  await bridge.put(path, '# First\n');
  await one.bringToFront();
  for (const page of [one, two]) {
    await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);
    assert.equal((await stateOf(page)).replica, 'memory');
  }
});

test('where there is no room left the app goes on from memory, and a later start catches up from what was kept', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  await bridge.put(path, '# First\n');
  await browser.context.addInitScript(`(${giveNoRoom})()`);
  const page = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);
  await page.evaluate('window.isFull = true');

  const paths = Array.from({ length: 20 }, (_, index) => `specs/${100 + index}-more/README.md`);
  for (const more of paths) await bridge.put(more, `# ${more}\n${'x'.repeat(100_000)}`);
  await eventually(async () => Object.keys((await stateOf(page)).documents[bridge.machine] ?? {}).length === 21);
  await eventually(async () => (await stateOf(page)).replica === 'memory');

  await page.close();
  const again = await openState(browser.context, world.url);
  await eventually(async () => Object.keys((await stateOf(again)).documents[bridge.machine] ?? {}).length === 21);
});

test('a newer app waits until the person takes it', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const first = await openState(browser.context, box.url, await newToken(world));
  await keptOffline(first);
  await first.close();
  const page = await openState(browser.context, box.url);
  assert.equal((await stateOf(page)).updateReady, false);

  const worker = await readFile(join(import.meta.dirname, '../../pwa/dist/sw.js'), 'utf8');
  box.instead.set('/sw.js', { type: 'text/javascript', body: `${worker}\n// newer` });
  await page.evaluate('navigator.serviceWorker.ready.then((registration) => void registration.update())');
  await eventually(async () => (await stateOf(page)).updateReady);
  await page.evaluate('window.isOld = true');
  await page.evaluate(() => (globalThis as unknown as StateWindow).app.applyUpdate());
  await eventually(() => page.evaluate("window.isOld === undefined && 'app' in window"));
  await page.evaluate(async () => await (globalThis as unknown as StateWindow).started);
  assert.equal((await stateOf(page)).updateReady, false);
});

test('hidden for a while it hears nothing, and seen again it catches up at once', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  const page = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  await page.evaluate(`(${hide})('hidden')`);
  await eventually(async () => (await stateOf(page)).connection.rung === 'connecting', { timeoutMs: 15_000 });
  await bridge.put(path, '# First\n');
  box.seen.length = 0;
  assert.equal((await stateOf(page)).documents[bridge.machine]?.[key], undefined);

  await page.evaluate(`(${hide})('visible')`);
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined, {
    timeoutMs: 2000,
  });
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  assert.ok(box.seen.includes('/v1/stream live=long-poll wait=0'));
});

testNeeding('chromium-desktop')(
  'who leaves the app and comes back by the browser’s button sees at once what was saved meanwhile, and goes on live',
  async () => {
    await using world = await openApi();
    // The smaller Chromium keeps no page for going back, and Playwright keeps none unless it is told.
    const keepsPages = { ...onDesktop(), ignoreDefaultArgs: ['--disable-back-forward-cache'] };
    await using browser = await openBrowser(undefined, keepsPages);
    const bridge = await openBridgeCalls(world);
    const page = await openState(browser.context, world.url, await newToken(world));
    await eventually(async () => (await stateOf(page)).connection.rung === 'live');
    await page.evaluate(`{
      window.shown = [];
      addEventListener('pageshow', ({ persisted }) => window.shown.push(persisted ? Date.now() : 0));
    }`);
    await noteRevs(page, bridge.machine, key);

    await page.goto(`${world.url}/livez`);
    const away = await bridge.put(path, '# Away\n');
    await page.evaluate('void setTimeout(() => history.back())');
    await page.waitForFunction('window.shown?.length === 1');
    const shownAt = await page.evaluate<number>('window.shown[0]');
    assert.ok(shownAt > 0, 'the page was kept, with all that it knew');
    const lateMs = (await revAt(page, away)) - shownAt;

    assert.ok(lateMs < 3000, `${lateMs} ms`);
    await eventually(async () => (await stateOf(page)).connection.rung === 'live');
    const here = await bridge.put(path, '# Here\n');
    await revAt(page, here);
    assert.deepEqual(
      (await notedRevs(page)).map(({ rev }) => rev),
      [away, here],
    );
  },
);

/** Chromium's own override of the quota is not enforced on IndexedDB: writing transactions end as they do on a full disk. */
const giveNoRoom = `() => {
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args);
    if (window.isFull) this.transaction.abort();
    return request;
  };
}`;

/** A headless page is never hidden by itself. */
const hide = `(state) => {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}`;
