/** Commands as this device sends them: shown at the tap, true in their receipts, rolled back when they fail, sent once whatever happens. */

import assert from 'node:assert/strict';
import type { BrowserContext, Page } from 'playwright-core';
import type { Document } from '#contract/document.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { type BridgeCalls, openBridgeCalls, testProject } from '../kit/bridge-calls.ts';
import { newToken, openBrowser, openState, type StateWindow, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

const path = 'specs/001-first/README.md';
const key = `${testProject}\n${path}`;

async function openWithSpec(world: TestApi, context: BrowserContext, url: string) {
  const bridge = await openBridgeCalls(world);
  const rev = await bridge.put(path, '# First\n');
  const page = await openState(context, url, await newToken(world));
  await eventually(async () => (await stateOf(page)).connection.rung === 'live');
  await eventually(async () => (await stateOf(page)).documents[bridge.machine]?.[key] !== undefined);
  return { bridge, rev, page };
}

/** Sets the spec's status as a screen would; the page keeps how it ended in `window.ended`. */
async function setStatus(page: Page, machine: string, status: string, whenOffline: 'refuse' | 'queue' = 'refuse') {
  await page.evaluate(
    ([of, spec, to, when, project]) => {
      const { app } = globalThis as unknown as StateWindow;
      const document = app.state.items.document?.[`m.${of}`]?.[spec] as Document;
      const sent = app.send(
        of,
        'spec-metadata-update',
        { project, spec: '001-first', status: to as 'complete' },
        {
          ifRev: document.rev,
          whenOffline: when,
          optimistic: { ...document, meta: { ...document.meta, status: to } },
        },
      );
      void sent.then((ended) => Object.assign(globalThis, { ended }));
    },
    [machine, key, status, whenOffline, testProject] as const,
  );
}

async function statusIn(page: Page, { machine }: BridgeCalls): Promise<unknown> {
  return (await stateOf(page)).documents[machine]?.[key]?.meta.status;
}

async function nextCommand(bridge: BridgeCalls) {
  const [command] = (await bridge.poll()).json.commands;
  assert.ok(command);
  return command;
}

function endedOf(page: Page): Promise<{ state: string; result?: unknown } | undefined> {
  return page.evaluate(() => (globalThis as unknown as { ended?: { state: string; result?: unknown } }).ended);
}

test('an edit shows at the tap, its receipts follow, the file’s new version takes its place, and all of it costs one request', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const { bridge, page } = await openWithSpec(world, browser.context, box.url);

  await setStatus(page, bridge.machine, 'complete');
  assert.equal(await statusIn(page, bridge), 'complete');
  const command = await nextCommand(bridge);
  await eventually(async () => (await stateOf(page)).wishes[0]?.state === 'delivered');
  const rev = await bridge.put(path, '# First, done\n', { status: 'complete' });
  await bridge.settle(command, 'done', { result: { path, rev, changed: ['status'], undo: { status: 'planned' } } });

  const ended = await eventually(() => endedOf(page));
  assert.equal(ended.state, 'done');
  assert.deepEqual((ended.result as { undo: unknown }).undo, { status: 'planned' });
  assert.equal((await stateOf(page)).documents[bridge.machine]?.[key]?.rev, rev);
  const sent = `/v1/machines/${bridge.machine}/commands`;
  assert.deepEqual(
    box.seen.filter((seen) => seen.startsWith(sent)),
    [sent],
  );
});

test('a conflict rolls the edit back and tells the rev that the file has now (C3)', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const { bridge, page } = await openWithSpec(world, browser.context, world.url);

  await setStatus(page, bridge.machine, 'complete');
  const command = await nextCommand(bridge);
  const currentRev = 'a'.repeat(64);
  await bridge.settle(command, 'conflict', { problem: { code: 'conflict', title: 'Not what you saw', currentRev } });

  assert.equal((await eventually(() => endedOf(page))).state, 'conflict');
  assert.equal(await statusIn(page, bridge), 'planned');
  assert.equal((await stateOf(page)).wishes[0]?.problem?.currentRev, currentRev);
});

test('two quick taps on one file are no conflict: the second goes on from what the first has written', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  const { bridge, page, rev } = await openWithSpec(world, browser.context, world.url);

  await setStatus(page, bridge.machine, 'in-progress');
  await setStatus(page, bridge.machine, 'complete');
  assert.equal(await statusIn(page, bridge), 'complete');
  const first = (await bridge.poll<{ commands: { id: string; lease: string; ifRev: string }[]; after: number }>()).json;
  assert.deepEqual(
    first.commands.map(({ ifRev }) => ifRev),
    [rev],
  );
  const written = 'b'.repeat(64);
  await bridge.settle(first.commands[0] ?? { id: '', lease: '' }, 'done', { result: { path, rev: written } });
  const second = (await bridge.poll<{ commands: { ifRev: string }[] }>(first.after)).json;
  assert.deepEqual(
    second.commands.map(({ ifRev }) => ifRev),
    [written],
  );
});

test('an edit without a relay is not sent and says so, unless it may wait: then it goes out once the relay is back', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const { bridge, page } = await openWithSpec(world, browser.context, box.url);
  await box.vanish();
  await eventually(async () => (await stateOf(page)).connection.rung === 'offline');

  await setStatus(page, bridge.machine, 'archived');
  assert.equal((await eventually(() => endedOf(page))).state, 'unsent');
  assert.equal(await statusIn(page, bridge), 'planned');
  await setStatus(page, bridge.machine, 'complete', 'queue');
  assert.equal(await statusIn(page, bridge), 'complete');

  await box.comeBack();
  const { json } = await bridge.poll<{ commands: { args: { status: string } }[] }>();
  assert.deepEqual(
    json.commands.map(({ args }) => args.status),
    ['complete'],
  );
});

test('a reload while a command is on its way resumes it: the same command, once (C1)', async () => {
  await using world = await openApi();
  await using box = await openMiddlebox(world.url);
  await using browser = await openBrowser();
  const { bridge, page } = await openWithSpec(world, browser.context, box.url);
  await box.vanish();
  await setStatus(page, bridge.machine, 'complete', 'queue');
  await eventually(async () => (await stateOf(page)).wishes[0]?.state === 'sending');
  await page.close();
  const again = await openState(browser.context, box.url);
  assert.equal(await statusIn(again, bridge), 'complete');

  await box.comeBack();
  const command = await nextCommand(bridge);
  assert.equal((await stateOf(again)).wishes[0]?.id, command.id);
  await bridge.settle(command, 'failed', { problem: { code: 'file-failed', title: 'No space' } });
  await eventually(async () => (await stateOf(again)).wishes[0]?.state === 'failed');
  assert.equal(await statusIn(again, bridge), 'planned');
  const { json } = await world.ask<{ items: unknown[] }>('GET', `/v1/machines/${bridge.machine}/commands`);
  assert.equal(json.items.length, 1);
});
