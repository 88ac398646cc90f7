/** The app's ladder against things that stand in the way: it hears all the same, and says how. */

import assert from 'node:assert/strict';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { type Manner, openMiddlebox } from '../kit/middlebox.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

/** What each manner of a network leaves, and how long it may take to find out. */
const cases: readonly { manner: Manner; rung: string; titled: string }[] = [
  { manner: 'cut-streams', rung: 'polling', titled: 'where something cuts event streams as they begin' },
  { manner: 'cut-held', rung: 'short-polling', titled: 'where something cuts every request that is held' },
];

for (const { manner, rung, titled } of cases)
  test(`${titled} the app falls back to ${rung}, says so, and changes still arrive (S8)`, async () => {
    await using world = await openApi();
    await using box = await openMiddlebox(world.url);
    await using browser = await openBrowser();
    const bridge = await openBridgeCalls(world);
    box.manner = manner;
    const page = await openState(browser.context, box.url, await newToken(world));
    await eventually(async () => (await stateOf(page)).connection.rung === rung, { timeoutMs: 30_000 });

    await bridge.put(path, '# First\n');
    await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);

    // Another network: the verdict is dropped.
    box.manner = 'pass';
    await page.evaluate("dispatchEvent(new Event('online'))");
    await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  });

test('a portal that answers for the relay is no answer: the app is offline, still signed in, and goes on when it is gone (E1)', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  await bridge.put(path, '# First\n');
  const page = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');

  box.manner = 'intercept';
  await box.vanish();
  await box.comeBack();
  await eventually(async () => (await stateOf(page)).connection.rung === 'offline');
  const { signedIn, documents } = await stateOf(page);
  assert.equal(signedIn, 'yes');
  assert.notEqual(documents[bridge.machine]?.[key], undefined);

  box.manner = 'pass';
  await eventually(async () => (await stateOf(page)).connection.rung === 'live', { timeoutMs: 30_000 });
});

test('a relay that lost everything is read anew, and what it does not have is gone (S3)', async () => {
  await using browser = await openBrowser();
  await using before = await openApi();
  await using box = await openMiddlebox(before.url);
  const bridge = await openBridgeCalls(before);
  await bridge.put(path, '# First\n');
  const page = await openState(browser.context, box.url, await newToken(before));
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);

  await using after = await openApi();
  const other = await openBridgeCalls(after, 'desktop');
  await other.put(path, '# Elsewhere\n');
  box.target = after.url;
  await box.vanish();
  await box.comeBack();
  // The session was the lost relay's.
  await eventually(async () => (await stateOf(page)).signedIn === 'no', { timeoutMs: 30_000 });
  const again = await openState(browser.context, box.url, await newToken(after));
  await eventually(async () => {
    const { documents, machines } = await stateOf(again);
    assert.deepEqual(Object.keys(documents), [other.machine]);
    assert.deepEqual(Object.keys(machines), [other.machine]);
    return true;
  });
});
