/** The app on a device that an older release has kept its replica on: what the person typed and wished is still there, and what was read is read anew. */

import assert from 'node:assert/strict';
import type { BrowserContext } from 'playwright-core';
import type { Document } from '#contract/document.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

/** What the release before kept, store by store, as [key, value]. */
type Kept = Readonly<Record<string, readonly (readonly [key: string | readonly string[], value: unknown])[]>>;

test('a draft and a wish that a release with another layout kept are there, and what it had read is read anew', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const bridge = await openBridgeCalls(world);
  const rev = await bridge.put(path, '# First\n');
  const document: Document = {
    project: testProject,
    path,
    kind: 'spec',
    spec: '001-first',
    rev,
    size: 8,
    mtime: 1,
    meta: { status: 'planned' },
    body: 'held',
  };
  const draft = {
    machine: bridge.machine,
    document,
    base: '# First\n',
    text: '# Typed\n',
    changedAt: 1,
    wish: undefined,
  };
  const draftAt = `${bridge.machine}\n${key}`;
  const wish = {
    id: 'wish-of-before',
    machine: bridge.machine,
    kind: 'spec-archive',
    args: { project: testProject, spec: '001-first' },
    state: 'conflict',
    sentAt: Date.now(),
    whenOffline: 'refuse',
    maybeTaken: false,
    receipts: 3,
    endedAt: Date.now(),
  };
  await keepAsBefore(browser.context, world.url, {
    notes: [['progress', { place: { offset: 'of-the-one-stream', handle: 'h' }, held: [bridge.machine] }]],
    machines: [['machine-of-before', { id: 'machine-of-before', projects: [] }]],
    documents: [[['machine-of-before', 'key'], document]],
    commands: [['command-of-before', { id: 'command-of-before' }]],
    bodies: [],
    wishes: [[wish.id, wish]],
    drafts: [[draftAt, draft]],
  });

  const page = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key]?.rev === rev);
  const state = await stateOf(page);
  assert.equal(state.replica, 'kept');
  assert.equal(state.drafts[draftAt]?.text, '# Typed\n');
  assert.deepEqual(
    state.wishes.map(({ id, state: of }) => [id, of]),
    [[wish.id, 'conflict']],
  );
  assert.deepEqual(Object.keys(state.machines), [bridge.machine]);
  assert.deepEqual(Object.keys(state.documents), [bridge.machine]);
});

/** Makes the database as layout 2 had it. */
async function keepAsBefore(context: BrowserContext, url: string, kept: Kept): Promise<void> {
  const page = await context.newPage();
  await page.route('**/before.html', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto(`${url}/before.html`);
  await page.evaluate(`(${keepAll})(${JSON.stringify(kept)})`);
  await page.close();
}

/** In the page. */
const keepAll = `async (stores) => {
  const opening = indexedDB.open('sallyport', 2);
  opening.onupgradeneeded = () => {
    for (const store of Object.keys(stores)) opening.result.createObjectStore(store);
  };
  await new Promise((resolve) => (opening.onsuccess = resolve));
  const transaction = opening.result.transaction(Object.keys(stores), 'readwrite');
  for (const [store, values] of Object.entries(stores))
    for (const [at, value] of values) transaction.objectStore(store).put(value, at);
  await new Promise((resolve) => (transaction.oncomplete = resolve));
  opening.result.close();
}`;
