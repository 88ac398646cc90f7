/** Steering on the phone: each document in a tab, a missing one is written there, in the format that is shown, and what was typed is never lost. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const tabs = (page: Page) => page.getByRole('navigation', { name: 'Steering documents' }).getByRole('link');
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Steering documents' }).getByRole('link', { name, exact: true });
const field = (page: Page) => page.getByRole('textbox', { name: /^Text of / });

/** Goes there as a person does, from the list of specs. */
async function openSteering(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Project pages' }).tap();
  await page.getByRole('dialog', { name: 'shop' }).getByRole('button', { name: 'Steering' }).tap();
  await page.getByRole('heading', { name: 'Steering', level: 1 }).waitFor();
}

test('steering is read in tabs, also without a network, and a missing document is written from the phone', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) => writeFiles(root, { '.spec-workflow/steering/colours.md': '# Colours\n\nRed alone.\n' }),
  });
  const { page, root } = stage;
  await openSteering(page);
  await page.getByText('A shop.').waitFor();
  assert.deepEqual(await tabs(page).allTextContents(), ['product', 'tech missing', 'structure missing', 'colours']);
  await tab(page, 'colours').tap();
  await page.getByText('Red alone.').waitFor();

  await tab(page, 'tech missing').tap();
  await page.getByRole('heading', { name: 'There is no tech.md yet' }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('button', { name: 'Write it' }).tap();
  await field(page).fill('# Tech\n\nNode alone.');
  await page.getByRole('button', { name: 'Preview' }).tap();
  await page.locator('.editor .markdown', { hasText: 'Node alone.' }).waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).tap();
  await page
    .getByRole('status')
    .getByText(/^tech\.md saved/)
    .waitFor();
  assert.equal(await readFile(join(root, '.spec-workflow/steering/tech.md'), 'utf8'), '# Tech\n\nNode alone.\n');
  await tab(page, 'tech').waitFor();
  await page.locator('.markdown', { hasText: 'Node alone.' }).waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await stage.browser.context.setOffline(true);
  await tab(page, 'product').tap();
  await page.getByText('A shop.').waitFor();
  await tab(page, 'structure missing').tap();
  assert.equal(await page.getByRole('button', { name: 'Write it' }).isDisabled(), true);
});

test('in a project of two formats each has its own steering, and a document is written in the one that is shown', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, { '.spec-context/steering/product.md': '# Product\n\nA shop by its sibling.\n' }),
  });
  const { page, root } = stage;
  await openSteering(page);
  await page.getByText('A shop.').waitFor();
  const formats = page.getByRole('navigation', { name: 'Formats' });
  await formats.getByRole('link', { name: 'spec-context' }).tap();
  await page.getByText('A shop by its sibling.').waitFor();
  await page.getByRole('button', { name: 'Edit', exact: true }).tap();
  await field(page).fill('# Product\n\nA shop, changed.\n');
  await page.getByRole('button', { name: 'Save', exact: true }).tap();
  await page.locator('.markdown', { hasText: 'A shop, changed.' }).waitFor();

  await tab(page, 'principles missing').tap();
  await page.getByRole('button', { name: 'Write it' }).tap();
  await field(page).fill('# Principles\n\nKeep it short.');
  await page.getByRole('button', { name: 'Save', exact: true }).tap();
  await page.locator('.markdown', { hasText: 'Keep it short.' }).waitFor();
  const at = (path: string) => readFile(join(root, path), 'utf8');
  assert.equal(await at('.spec-context/steering/principles.md'), '# Principles\n\nKeep it short.\n');
  assert.equal(await at('.spec-context/steering/product.md'), '# Product\n\nA shop, changed.\n');
  assert.equal(await at('.spec-workflow/steering/product.md'), '# Product\n\nA shop.\n');
});

test('a draft of a missing document is found again by the Inbox, and is not written over what an agent wrote meanwhile', async () => {
  // Of two formats, so that the conflict is about the document of the one that is shown.
  const sibling = { '.spec-context/steering/structure.md': '# Structure\n\nOf the sibling.\n' };
  await using stage = await openStage({ browser: phone, prepare: (root) => writeFiles(root, sibling) });
  const { page, root, world } = stage;
  await openSteering(page);
  await tab(page, 'structure missing').tap();
  await page.getByRole('button', { name: 'Write it' }).tap();
  await field(page).fill('# Structure\n\nMine.');
  await page.getByText('Your draft is kept on this device.').waitFor();
  await page.goto(`${world.url}/#/inbox`);
  await page.getByRole('article').filter({ hasText: 'structure.md' }).getByRole('link').tap();
  const note = page.getByRole('region', { name: 'Your draft' });
  await note.getByRole('button', { name: 'Continue editing' }).tap();
  assert.equal(await field(page).inputValue(), '# Structure\n\nMine.');

  await writeFiles(root, { '.spec-workflow/steering/structure.md': '# Structure\n\nTheirs.\n' });
  await page.getByText('The file was saved on the machine in the meantime').waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).tap();
  await note.getByRole('button', { name: 'Decide' }).tap();
  const dialog = page.getByRole('dialog', { name: 'The file has changed' });
  await dialog.getByText('Theirs.').first().waitFor();
  await dialog.getByRole('button', { name: 'Mine', exact: true }).first().tap();
  await dialog.getByRole('button', { name: 'Save mine over theirs' }).tap();
  await eventually(async () => {
    const now = await readFile(join(root, '.spec-workflow/steering/structure.md'), 'utf8');
    assert.match(now, /Mine\./);
    return true;
  });
  const other = await readFile(join(root, '.spec-context/steering/structure.md'), 'utf8');
  assert.equal(other, sibling['.spec-context/steering/structure.md']);
});
