/** The app in a large organisation: a thousand machines, of which it keeps those that a person looks at. */

import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, type StateWindow, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

test('with a thousand machines the app reads what is opened and nothing else, on one stream, and resumes without reading it again', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const [one, two, unopened] = [
    await openBridgeCalls(world, 'one'),
    await openBridgeCalls(world, 'two'),
    await openBridgeCalls(world, 'unopened'),
  ];
  for (const bridge of [one, two, unopened]) await bridge.put(path, '# First\n');
  await addMachines(world, 1000 - 3);

  const page = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => Object.keys((await stateOf(page)).machines).length === 1000, { timeoutMs: 30_000 });
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  assert.deepEqual((await stateOf(page)).documents, {});

  // Opened and switched: what is opened stays, and hears.
  for (const bridge of [one, two]) {
    await open(page, bridge.machine);
    await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);
  }
  await one.put(path, '# First, again\n', { status: 'complete' });
  await eventually(async () => (await stateOf(page)).documents[one.machine]?.[key]?.meta.status === 'complete');
  assert.deepEqual(snapshotsIn(box.seen), ['o', 'p', `m.${one.machine}`, `m.${two.machine}`].sort());

  // Opened again: from the replica, on from where it was, with one stream.
  await page.close();
  await two.put(path, '# Second\n', { status: 'archived' });
  box.seen.length = 0;
  const again = await openState(browser.context, box.url);
  await eventually(async () => (await stateOf(again)).documents[two.machine]?.[key]?.meta.status === 'archived');
  await eventually(async () => (await stateOf(again)).connection.rung === 'live');
  assert.deepEqual(snapshotsIn(box.seen), []);
  assert.equal(box.seen.filter((seen) => seen.includes('live=sse')).length, 1);
  assert.equal((await stateOf(again)).documents[unopened.machine], undefined);
});

test('a machine that joins a small organisation is there by itself, and one that is removed is gone with all of it', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const first = await openBridgeCalls(world, 'first');
  await first.put(path, '# First\n');
  const page = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).documents[first.machine]?.[key] !== undefined);

  const second = await openBridgeCalls(world, 'second');
  await second.put(path, '# Second\n');
  await eventually(async () => (await stateOf(page)).documents[second.machine]?.[key] !== undefined);
  await second.put(path, '# Second\n\nAgain\n', { status: 'complete' });
  await eventually(async () => (await stateOf(page)).documents[second.machine]?.[key]?.meta.status === 'complete');

  await world.ask('DELETE', `/v1/machines/${first.machine}`);
  await eventually(() => hasOnly(page, second.machine));

  // The same while nobody looks.
  const third = await openBridgeCalls(world, 'third');
  await third.put(path, '# Third\n');
  await eventually(async () => (await stateOf(page)).documents[third.machine]?.[key] !== undefined);
  await page.close();
  await world.ask('DELETE', `/v1/machines/${second.machine}`);
  const again = await openState(browser.context, world.url);
  await eventually(() => hasOnly(again, third.machine));
  await eventually(async () => (await stateOf(again)).connection.rung === 'live');
});

test('a machine beyond the kept ones is kept once it is marked, and left when the mark is taken off', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const marked = await openBridgeCalls(world, 'marked');
  await marked.put(path, '# First\n');
  await addMachines(world, limits.machinesKeptMax);
  const page = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  assert.deepEqual((await stateOf(page)).documents, {});
  await mark(page, marked.machine, true);
  await eventually(async () => (await stateOf(page)).documents[marked.machine]?.[key] !== undefined);
  await mark(page, marked.machine, false);
  await eventually(async () => Object.keys((await stateOf(page)).documents).length === 0);
});

test('a machine of more documents than a page has is shown whole, and nothing in it has changed', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const large = await openBridgeCalls(world, 'large');
  const count = limits.snapshotDocumentsMax + 100;
  for (let at = 0; at < count; at += 500)
    await large.putAll(
      Array.from({ length: Math.min(500, count - at) }, (_, n) => ({
        path: `specs/${at + n}-part/README.md`,
        text: `# Part ${at + n}\n`,
      })),
    );
  const page = await openState(browser.context, box.url, await newToken(world));
  await eventually(async () => Object.keys((await stateOf(page)).documents[large.machine] ?? {}).length === count, {
    timeoutMs: 30_000,
  });
  assert.equal(box.seen.filter((path) => path.startsWith(`/v1/feeds/m.${large.machine}/snapshot`)).length, 2);
  assert.deepEqual(Object.keys((await stateOf(page)).items.baseline ?? {}), []);
});

async function hasOnly(page: Page, machine: string): Promise<boolean> {
  const { machines, documents } = await stateOf(page);
  return Object.keys(machines).join() === machine && Object.keys(documents).join() === machine;
}

async function addMachines({ ask }: TestApi, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const { status } = await ask('POST', '/v1/machines', { body: { name: `machine-${index}` } });
    assert.equal(status, 201);
  }
}

async function open(page: Page, machine: string): Promise<void> {
  await page.evaluate((id) => (globalThis as unknown as StateWindow).app.openMachine(id), machine);
}

async function mark(page: Page, machine: string, kept: boolean): Promise<void> {
  await page.evaluate(([id, to]) => (globalThis as unknown as StateWindow).app.keepMachine(id, to), [
    machine,
    kept,
  ] as const);
}

/** The feeds whose snapshots were read. */
function snapshotsIn(seen: readonly string[]): readonly string[] {
  return seen.flatMap((path) => /^\/v1\/feeds\/([^/]+)\/snapshot(?:\?|$)/.exec(path)?.[1] ?? []).sort();
}
