/** The app's state against a real relay, in a real browser: what is saved shows, and nothing is missed. */

import assert from 'node:assert/strict';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, type StateWindow, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

test('a sign-in link signs in once, leaves no trace in the URL, and what is saved then shows by itself', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  await bridge.put(path, '# First\n');
  const page = await openState(browser.context, world.url, await newToken(world));

  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  const before = await stateOf(page);
  assert.equal(before.signedIn, 'yes');
  assert.equal(page.url(), `${world.url}/state-page.html`);
  assert.equal(before.documents[bridge.machine]?.[key]?.meta.status, 'planned');

  await bridge.put(path, '# First, again\n', { status: 'complete' });
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key]?.meta.status === 'complete');
  await eventually(async () => (await stateOf(page)).bodiesHere[bridge.machine] === 1);
});

test('without a relay everything is read as it last was, and what happened meanwhile comes without a gap and without a new snapshot', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  const rev = await bridge.put(path, '# First\n');
  const first = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => {
    const { connection, documents, bodiesHere } = await stateOf(first);
    return connection.rung === 'live' && documents[bridge.machine] && bodiesHere[bridge.machine] === 1;
  });
  await first.close();
  await box.vanish();

  const page = await openState(browser.context, box.url);
  await eventually(async () => (await stateOf(page)).connection.rung === 'offline');
  const offline = await stateOf(page);
  assert.equal(offline.signedIn, 'yes');
  assert.equal(offline.documents[bridge.machine]?.[key]?.rev, rev);
  assert.equal(typeof offline.connection.heardAt, 'number');
  const text = await page.evaluate(
    async ([machine, of]) => await (globalThis as unknown as StateWindow).app.body(machine, of),
    [bridge.machine, rev] as const,
  );
  assert.deepEqual(text, { text: '# First\n', exact: true });

  const paths = Array.from({ length: 30 }, (_, index) => `specs/${100 + index}-more/README.md`);
  for (const more of paths) await bridge.put(more, `# ${more}\n`);
  box.seen.length = 0;
  await box.comeBack();
  await eventually(async () => (await stateOf(page)).connection.rung === 'live', { timeoutMs: 30_000 });
  const documents = (await stateOf(page)).documents[bridge.machine] ?? {};
  assert.deepEqual(Object.keys(documents).sort(), [path, ...paths].map((of) => `${testProject}\n${of}`).sort());
  assert.deepEqual(
    box.seen.filter((seen) => seen.includes('/snapshot')),
    [],
  );
});

test('of two tabs one hears and both show; when it closes, the other goes on', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  const one = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => (await stateOf(one)).connection.rung === 'live');
  const two = await openState(browser.context, box.url);
  await bridge.put(path, '# First\n');
  await eventually(async () => (await stateOf(two)).documents[bridge.machine]?.[key] !== undefined);
  await eventually(async () => (await stateOf(two)).connection.rung === 'live');
  assert.equal(box.seen.filter((seen) => seen.includes('live=sse')).length, 1);

  await one.close();
  await bridge.put(path, '# First, again\n', { status: 'complete' });
  await eventually(async () => (await stateOf(two)).documents[bridge.machine]?.[key]?.meta.status === 'complete');
  await eventually(() => box.seen.filter((seen) => seen.includes('live=sse')).length === 2);
});

test('signing out forgets everything, in every tab', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  await bridge.put(path, '# First\n');
  const one = await openState(browser.context, world.url, await newToken(world));
  const two = await openState(browser.context, world.url);
  await eventually(async () => (await stateOf(two)).documents[bridge.machine]?.[key] !== undefined);

  await one.evaluate(async () => await (globalThis as unknown as StateWindow).app.signOut());
  for (const page of [one, two])
    await eventually(async () => {
      const { signedIn, documents, machines, me } = await stateOf(page);
      return signedIn === 'no' && me === undefined && Object.keys({ ...documents, ...machines }).length === 0;
    });
  const three = await openState(browser.context, world.url);
  const { signedIn, documents } = await stateOf(three);
  assert.deepEqual({ signedIn, documents }, { signedIn: 'no', documents: {} });
});

test('a sign-in link that was used already says so, and shows nothing', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const token = await newToken(world);
  await world.ask('POST', '/v1/sessions', { key: null, body: { token } });
  const page = await openState(browser.context, world.url, token);
  const { signedIn, signInProblem } = await stateOf(page);
  assert.deepEqual([signedIn, signInProblem?.code], ['no', 'sign-in-link-spent']);
  assert.equal(page.url(), `${world.url}/state-page.html`);
});

test('a page that crashes amid a storm of changes leaves no gap behind', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  // A crash leaves the service worker in the way of this page's route.
  await browser.context.addInitScript('delete Navigator.prototype.serviceWorker');
  const bridge = await openBridgeCalls(world);
  let token: string | undefined = await newToken(world);
  let count = 0;
  const storm = async (size: number) => {
    for (const end = count + size; count < end; count += 1)
      await bridge.put(`specs/${100 + count}-more/README.md`, `# ${count}\n`, { number: String(count) });
  };
  for (const size of [20, 40, 60]) {
    const page = await openState(browser.context, world.url, token);
    token = undefined;
    const stormed = storm(size);
    await eventually(
      async () => Object.keys((await stateOf(page)).documents[bridge.machine] ?? {}).length > count - 15,
    );
    const session = await browser.context.newCDPSession(page);
    void session.send('Page.crash').catch(() => {});
    await stormed;
    await page.close();
  }
  const page = await openState(browser.context, world.url);
  await eventually(async () => {
    const shown = Object.values((await stateOf(page)).documents[bridge.machine] ?? {});
    assert.equal(new Set(shown.map(({ meta }) => meta.number)).size, 120);
    return true;
  });
});
