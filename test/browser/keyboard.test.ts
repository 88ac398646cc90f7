/** The app by keyboard alone, and as a screen reader is told of it. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first = 'specs/001-first-light/README.md';
const desk = { viewport: { width: 1440, height: 900 } };

/** Presses Tab until what has the focus is called so; fails where the focus cannot be seen, or is lost. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press('Tab');
    const [label, outline] = await page.evaluate<[string, string]>(`(() => {
      const at = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      return [(at.getAttribute('aria-label') ?? at.textContent).trim(), at === document.body ? 'lost' : outlineStyle + ' ' + outlineWidth];
    })()`);
    assert.notEqual(outline, 'lost', `after ${step} steps`);
    assert.doesNotMatch(outline, /^none|^\w+ 0px/, `${label} has the focus, and nobody sees it`);
    if (name.test(label)) return;
  }
  assert.fail(`${name} is not reached by Tab`);
}

test('a spec is found, opened, set, ticked and left by keys alone', async () => {
  await using stage = await openStage({ browser: desk });
  const { page, root } = stage;
  await page.reload();
  await page.locator('.card').first().waitFor();
  await tabTo(page, /Second wind|Checkout|First light/);
  for (let step = 0; step < 5; step += 1) {
    if (/First light/.test(await page.evaluate<string>('document.activeElement.textContent'))) break;
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(100);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
  await eventually(async () => /First light/.test(await page.evaluate<string>('document.activeElement.textContent')));

  await tabTo(page, /^Status: Planned/);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  const isOnChoice = () =>
    page.evaluate<boolean>(
      `document.activeElement.matches('.choice') && document.activeElement.textContent.includes('In progress')`,
    );
  for (let step = 0; step < 20 && !(await isOnChoice()); step += 1) {
    await page.keyboard.press('ArrowDown');
    await page.waitForTimeout(100);
  }
  await page.keyboard.press('Enter');
  await eventually(async () => /^status: in-progress$/m.test(await readFile(join(root, first), 'utf8')));
  await eventually(async () =>
    /^Status: /.test((await page.evaluate<string | null>(`document.activeElement.getAttribute('aria-label')`)) ?? ''),
  ).catch(async () => assert.fail(await page.evaluate<string>('document.activeElement.outerHTML.slice(0, 200)')));

  await tabTo(page, /^Open the gate/);
  // The file is drawn anew once its status has arrived; the focus stays.
  await page.locator('li[data-line="14"]').waitFor();
  await page.keyboard.press('Space');
  await eventually(async () => (await readFile(join(root, first), 'utf8')).includes('- [x] Open the gate'));
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
});

test('a reader of the screen is told what each row is, where one is, and what happened', async () => {
  await using stage = await openStage({ browser: desk });
  const { page } = stage;
  const list = await page.locator('main').ariaSnapshot();
  assert.match(list, /heading "Specs" \[level=1\]/);
  assert.match(list, /heading "In progress 2.*" \[level=2\]/);
  assert.match(list, /img "Planned, 1 of 2"/);
  assert.match(list, /link "001 First light"/);
  assert.match(list, /img "High priority"/);
  assert.match(list, /group "What is listed"/);
  const around = await page.locator('.app').ariaSnapshot();
  assert.match(around, /navigation "Places"/);
  assert.match(around, /- main/);

  await stage.open('First light');
  await page.locator('.tick').first().waitFor();
  const told = await page.locator('.app').ariaSnapshot();
  assert.equal(await page.locator('h1:not([aria-level])').count(), 1, 'the list beside it is no second page');
  assert.match(told, /heading "First light" \[level=1\]/);
  assert.match(told, /button "Status: Planned"/);
  assert.match(told, /button "Open the gate"/);
  assert.match(told, /navigation "Documents of the spec"/);
  await page.getByRole('button', { name: /^Status: / }).click();
  const sheet = await page.getByRole('dialog').ariaSnapshot();
  assert.match(sheet, /dialog "/);
  assert.match(sheet, /button "Planned" \[pressed\]/);
  await page.getByRole('dialog').getByRole('button', { name: 'In progress' }).click();
  await page.getByRole('status').filter({ hasText: 'Status set to In progress on laptop' }).waitFor();
});
