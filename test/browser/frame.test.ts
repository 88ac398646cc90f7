/** The frame around all screens: what it says before it knows, where one is, the way back, and what happened to what was sent. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first = 'specs/001-first-light/README.md';

/** Many specs with long titles; 8 of 10 are active. */
async function makeMany(root: string): Promise<void> {
  const files = Array.from({ length: 400 }, (_, index) => {
    const number = String(index + 100);
    const status = index % 5 === 0 ? 'complete' : index % 3 === 0 ? 'in-progress' : 'planned';
    const title = `A spec${index % 2 === 0 ? ' about the thing with the number' : ''} ${number}`;
    return [
      `specs/${number}-thing/README.md`,
      specText(title, { status, priority: 'high', tags: '[a, b, c]' }),
    ] as const;
  });
  await writeFiles(root, Object.fromEntries(files));
}

const topOf = async (row: Locator) => (await row.boundingBox())?.y ?? Number.NaN;
const scrolled = (page: Page) => page.evaluate<number>('scrollY');

test('eight specs fit on a phone, only those that are seen are in the page, and back is the same place', async () => {
  await using stage = await openStage({ prepare: makeMany, browser: phone });
  const { page } = stage;
  const seen = await page.evaluate<number>(
    `[...document.querySelectorAll('.card')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return top >= 0 && bottom <= document.querySelector('.bottom-bar').getBoundingClientRect().top;
    }).length`,
  );
  assert.ok(seen >= 8, `${seen} rows`);
  assert.ok((await page.evaluate<number>(`document.querySelectorAll('*').length`)) < 1200);

  await page.evaluate('scrollTo(0, 6000)');
  await page.waitForTimeout(300);
  const row = page.locator('.card a.title').nth(8);
  const title = (await row.textContent())?.trim().replace(/^\d+\s*/, '') ?? '';
  // As a thumb taps it: where it is.
  const { x = 0, y = 0 } = (await row.boundingBox()) ?? {};
  const at = y;
  await page.touchscreen.tap(x + 40, y + 10);
  await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  assert.equal(await page.title(), `${title} · Sallyport`);
  assert.equal(await page.evaluate('document.activeElement?.tagName'), 'H1');
  assert.equal(await scrolled(page), 0);
  const length = await page.evaluate('history.length');

  await page.getByRole('button', { name: 'Back' }).tap();
  await page.locator('.card').first().waitFor();
  const same = page.locator('.card a.title', { hasText: title.split(/\s+/).at(-1) ?? '' });
  await same.waitFor();
  await eventually(async () => Math.abs((await topOf(same)) - at) < 2);
  assert.equal(await page.evaluate('history.length'), length, 'back is no new step');
  await eventually(async () => (await page.evaluate<string>('document.activeElement.textContent')).includes(title));

  await page.reload();
  await same.waitFor();
});

test('arrow keys go through the list, also to rows that are not in the page yet', async () => {
  await using stage = await openStage({
    prepare: makeMany,
    browser: { viewport: { width: 1440, height: 900 } },
  });
  const { page } = stage;
  await page.locator('.card a.title').first().focus();
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(40);
  }
  const place = await page.evaluate<string>(`document.activeElement.closest('[data-index]').dataset.index`);
  assert.equal(place, '41', 'the head of the group is not stopped at');
});

test('until the relay has answered nothing is said to be missing', async () => {
  await using stage = await openStage({ browser: { ...phone, serviceWorkers: 'block' } });
  const { page, world, browser } = stage;
  await page.close();
  const fresh = await browser.context.newPage();
  await fresh.route(/\/v1\/(?:stream|feeds)/, () => {});
  await fresh.addInitScript(`indexedDB.deleteDatabase('sallyport')`);
  await fresh.goto(new URL('/#/specs', world.url).href);
  await fresh.getByRole('status').getByText('Reading your machines…').waitFor();
  for (const place of ['specs', 'inbox', 'activity', 'documents']) {
    await fresh.goto(new URL(`/#/${place}`, world.url).href);
    await fresh
      .getByText(/^Reading/)
      .first()
      .waitFor();
    assert.doesNotMatch((await fresh.locator('main').textContent()) ?? '', /\bNo |Nothing|yet|\b0 specs/);
  }
});

test('the app opens where something waits, else where it was left', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, world, root } = stage;
  await page.getByRole('link', { name: 'Machines' }).last().tap();
  await page.getByRole('heading', { name: 'Machines', level: 1 }).waitFor();
  await page.goto('about:blank');
  await page.goto(world.url);
  await page.getByRole('heading', { name: 'Machines', level: 1 }).waitFor();
  const approval = {
    id: 'a1',
    title: 'Review design',
    filePath: first,
    status: 'pending',
    category: 'spec',
    categoryName: 'checkout',
  };
  await writeFiles(root, { '.spec-workflow/approvals/checkout/a1.json': JSON.stringify(approval) });
  await page.locator('.badge', { hasText: '1' }).waitFor();
  await page.goto('about:blank');
  await page.goto(world.url);
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
  await page.getByRole('article').filter({ hasText: 'Review design' }).getByRole('link', { name: 'Review' }).waitFor();
});

test('keys lead to each tab, to what they do and past the navigation', async () => {
  await using stage = await openStage({ browser: { viewport: { width: 1440, height: 900 } } });
  const { page } = stage;
  await page.reload();
  await page.locator('.card').first().waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.textContent.trim()'), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'H1');
  for (const [key, name] of [
    ['m', 'Machines'],
    ['i', 'Inbox'],
    ['s', 'Specs'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await eventually(async () => (await page.title()).startsWith(`${name} `));
  }
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('go to Inbox').waitFor();
});

test('what was not sent offers to send it again', async () => {
  await using stage = await openStage({ browser: { ...phone, serviceWorkers: 'block' } });
  const { page, root } = stage;
  await stage.open('First light');
  await page.route('**/commands*', (route) => route.abort());
  await page.getByRole('button', { name: /^Status: / }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'In progress' }).tap();
  const receipt = page.locator('.toast');
  await receipt.getByText(/^Could not set status to In progress on laptop: /).waitFor({ timeout: 60_000 });
  assert.equal(await receipt.count(), 1);
  assert.doesNotMatch((await receipt.textContent()) ?? '', /Status set/);
  await page.unroute('**/commands*');
  await page
    .getByRole('link', { name: /^Inbox/ })
    .last()
    .tap();
  const line = page.getByRole('article').filter({ hasText: 'Could not set status' });
  await line.getByRole('button', { name: 'Send again' }).tap();
  await eventually(async () => /^status: in-progress$/m.test(await readFile(join(root, first), 'utf8')));
  await line.waitFor({ state: 'detached' });
});

test('that edits wait for a machine is remembered over a reload', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, machine } = stage;
  await machine.bridge().end();
  await page.getByRole('button', { name: 'Send when it is back' }).tap();
  await page.reload();
  await page.getByText('Edits are sent when it is back').waitFor();
});

test('the dot of all machines is green while one is heard, and neither without a network nor once its bridge has left', async () => {
  await using stage = await openStage({ browser: { viewport: { width: 1440, height: 900 } } });
  const { page, browser, machine, world } = stage;
  await page.goto(`${world.url}/#/machines`);
  const all = page.getByRole('button', { name: /All machines/ });
  const says = async (online: number) => {
    await all.getByText(`${online} of 1 machine online`).waitFor();
    await eventually(async () => (await all.locator('.dot.online').count()) === online);
  };
  await says(1);
  await browser.context.setOffline(true);
  await says(0);
  await browser.context.setOffline(false);
  await says(1);
  await machine.bridge().end();
  await says(0);
});
