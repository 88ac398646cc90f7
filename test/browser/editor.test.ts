/** Writing documents on a phone: nothing that anybody has written is lost, and nothing is changed that nobody touched. */

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage, type Stage, type StageOptions } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const design = '.spec-workflow/specs/checkout/design.md';
const text = '# Design\n\nA till.\n\nA drawer.\n\nA bell.\n';

/** A phone with one document to write. */
async function openDesk(content: string | Uint8Array = text, more: StageOptions = {}): Promise<Stage> {
  const prepare = async (root: string) => {
    await writeFiles(root, { [design]: content });
    await more.prepare?.(root);
  };
  return await openStage({ ...more, prepare, browser: phone });
}

async function goTo({ page, world, machine }: Stage, path: string, query = ''): Promise<void> {
  const project = await projectOf({ world, machine });
  const place = ['m', machine.id, 'p', project, 'document', path].map(encodeURIComponent).join('/');
  await page.goto(new URL(`/#/${place}${query}`, world.url).href);
}

async function projectOf({ world, machine }: Pick<Stage, 'world' | 'machine'>): Promise<string> {
  const { projects } = await world.call<{ projects: { id: string }[] }>('GET', `/v1/machines/${machine.id}`);
  return projects[0]?.id ?? '';
}

const field = (page: Page) => page.getByRole('textbox', { name: /^Text of / });
const note = (page: Page) => page.getByRole('region', { name: 'Your draft' });
const dialog = (page: Page) => page.getByRole('dialog', { name: 'The file has changed' });

/** Opens the editor and replaces one word. */
async function write(page: Page, word: string, by: string): Promise<void> {
  await page.getByRole('button', { name: 'Edit', exact: true }).tap();
  await field(page).fill((await field(page).inputValue()).replace(word, by));
}

const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).tap();

async function holds(stage: Stage, expected: string | RegExp): Promise<void> {
  await eventually(async () => {
    const now = await readFile(join(stage.root, design), 'utf8');
    if (typeof expected === 'string') assert.equal(now, expected);
    else assert.match(now, expected);
    return true;
  });
}

test('what an agent saves while somebody writes is not overwritten: both are merged by paragraph', async () => {
  await using stage = await openDesk();
  const { page, root } = stage;
  await goTo(stage, design);
  await write(page, 'A till.', 'A till that counts.');
  const theirs = text.replace('A bell.', 'A loud bell.');
  await writeFile(join(root, design), theirs);
  await page.getByText('The file was saved on the machine in the meantime').waitFor();
  await save(page);

  await page
    .getByRole('status')
    .getByText(/^Could not save/)
    .waitFor();
  assert.equal(await readFile(join(root, design), 'utf8'), theirs);
  await note(page).getByRole('button', { name: 'Decide' }).tap();
  await dialog(page).getByText('You changed different paragraphs').waitFor();
  await dialog(page).getByRole('button', { name: 'Save merged' }).tap();

  await holds(stage, theirs.replace('A till.', 'A till that counts.'));
  await note(page).waitFor({ state: 'detached' });
});

test('a paragraph that both have changed is decided by the person: theirs, mine or both', async () => {
  await using stage = await openDesk();
  const { page, root } = stage;
  await goTo(stage, design);
  await write(page, 'A drawer.', 'Two drawers.');
  await writeFile(join(root, design), text.replace('A drawer.', 'No drawer.'));
  await page.getByText('The file was saved on the machine in the meantime').waitFor();
  await save(page);
  await note(page).getByRole('button', { name: 'Decide' }).tap();
  const decide = dialog(page).getByRole('button', { name: 'Decide 1 of 1' });
  assert.equal(await decide.isDisabled(), true);

  const clash = dialog(page).getByRole('region', { name: 'Paragraph 1 of 1' });
  await clash.getByRole('button', { name: 'Both' }).tap();
  await dialog(page).getByRole('button', { name: 'Save merged' }).tap();
  await holds(stage, text.replace('A drawer.', 'No drawer.\nTwo drawers.'));
});

test('out of a conflict mine can be saved over theirs, or kept as a draft and gone on with', async () => {
  await using stage = await openDesk();
  const { page, root } = stage;
  await goTo(stage, design);
  await write(page, 'A bell.', 'My bell.');
  await writeFile(join(root, design), text.replace('A bell.', 'Their bell.'));
  await page.getByText('The file was saved on the machine in the meantime').waitFor();
  await save(page);
  await note(page).getByRole('button', { name: 'Decide' }).tap();
  await dialog(page).getByRole('button', { name: 'Keep mine as a draft' }).tap();
  await dialog(page).waitFor({ state: 'detached' });
  await page.reload();
  await note(page).getByRole('button', { name: 'Continue editing' }).tap();
  assert.match(await field(page).inputValue(), /My bell\./);
  await save(page);

  await note(page).getByRole('button', { name: 'Decide' }).tap();
  await dialog(page).getByRole('button', { name: 'Mine', exact: true }).first().tap();
  await dialog(page).getByRole('button', { name: 'Save mine over theirs' }).tap();
  await holds(stage, text.replace('A bell.', 'My bell.'));
});

test('a document whose text could not be fetched has no editor, so that nobody saves an empty one', async () => {
  let isCut = true;
  await using stage = await openDesk(text, {
    before: (page) => page.route(/\/bodies[/?]/, (route) => (isCut ? route.abort() : route.continue())),
  });
  const { page } = stage;
  await goTo(stage, design, '?edit=1');
  await page.getByRole('heading', { name: 'The text is not available' }).waitFor();
  assert.equal(await field(page).count(), 0);
  isCut = false;
  await page.getByRole('button', { name: 'Try again' }).tap();
  await field(page).waitFor();
  assert.equal(await field(page).inputValue(), text);
});

test('line ends, byte order mark and a missing last break stay, Undo gives the bytes back, and a file that is not UTF-8 has no editor', async () => {
  const bytes = '\uFEFF# Entwürfe\r\n\r\nfirst\r\nsecond\nthird\r\n\r\nlast';
  const latin1 = '.spec-workflow/specs/checkout/requirements.md';
  await using stage = await openDesk(bytes, {
    prepare: (root) => writeFiles(root, { [latin1]: Buffer.from('# Gr\u00fc\u00dfe\n', 'latin1') }),
  });
  const { page } = stage;
  await goTo(stage, design);
  await write(page, 'second', 'second\nnew');
  await save(page);
  await holds(stage, bytes.replace('second\n', 'second\nnew\n'));
  await page.getByRole('button', { name: 'Undo' }).tap();
  await holds(stage, bytes);

  await goTo(stage, latin1, '?edit=1');
  await page.getByRole('heading', { name: 'This file cannot be edited here' }).waitFor();
  assert.equal(await field(page).count(), 0);
});

test('what was typed outlives leaving the screen, a reload and a machine that is gone, until it is applied', async () => {
  await using stage = await openDesk();
  const { page, machine, world, root } = stage;
  await goTo(stage, design);
  await write(page, 'A till.', 'A long thought.');
  await page.getByRole('link', { name: 'Inbox' }).last().tap();
  await page.getByText(/Your draft of .* is not applied/).waitFor();
  await page.goto('about:blank');
  await machine.bridge().end();
  await page.goto(new URL('/#/inbox', world.url).href);
  await page.getByRole('article').filter({ hasText: 'Your draft of' }).getByRole('link').tap();
  await note(page).getByRole('button', { name: 'Continue editing' }).tap();
  assert.match(await field(page).inputValue(), /A long thought\./);
  await eventually(async () => await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  await page.getByRole('button', { name: 'Close' }).last().tap();

  await machine.startBridge();
  await note(page).getByRole('button', { name: 'Continue editing' }).tap();
  await save(page);
  await holds(stage, text.replace('A till.', 'A long thought.'));
  await note(page).waitFor({ state: 'detached' });

  await write(page, 'A bell.', 'The last word.');
  await rm(join(root, design));
  await page.getByText('This document no longer exists').waitFor();
  await note(page).getByText('The last word.').waitFor();
  await note(page).getByRole('button', { name: 'Create the file again' }).tap();
  await holds(stage, /A long thought\.[\s\S]*The last word\./);
});

test('one document is edited in one tab at a time, so that neither writes over the draft of the other', async () => {
  await using stage = await openDesk();
  const { page, browser } = stage;
  await goTo(stage, design);
  await write(page, 'A till.', 'A first word.');
  const second = await browser.context.newPage();
  await goTo({ ...stage, page: second }, design, '?edit=1');
  await second.getByText('You are editing this in another tab').waitFor();
  await page.getByRole('button', { name: 'Close' }).last().tap();
  await field(second).waitFor();
  assert.match(await field(second).inputValue(), /A first word\./);
});

test('a name that is typed into a sheet does not take the place of one that was saved meanwhile, and signing out asks before it drops a draft', async () => {
  await using stage = await openDesk();
  const { page, root, world } = stage;
  await goTo(stage, design);
  await write(page, 'A till.', 'A thought.');
  await page.goto(new URL('/#/you', world.url).href);
  const question = page.waitForEvent('dialog');
  void page.getByRole('button', { name: 'Sign out' }).tap();
  const asked = await question;
  assert.match(asked.message(), /discard 1 draft/);
  await asked.dismiss();

  await page.getByRole('link', { name: 'Specs' }).last().tap();
  await stage.open('First light');
  await page.getByRole('button', { name: /^Assignee/ }).tap();
  await page.getByLabel('Name of the assignee').fill('me');
  const theirs = specText('First light', { assignee: 'an-agent' });
  await writeFile(join(root, 'specs/001-first-light/README.md'), theirs);
  await page.getByRole('button', { name: 'Assignee: an-agent' }).waitFor({ state: 'attached' });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).tap();
  await page
    .getByRole('status')
    .getByText(/^Could not set assignee/)
    .waitFor();
  assert.equal(await readFile(join(root, 'specs/001-first-light/README.md'), 'utf8'), theirs);
});

test('what the machine would refuse is not offered: no Edit of a steering file of somebody’s own, no Blocked in spec-context', async () => {
  const files = {
    '.spec-context/steering/product.md': '# Product\n',
    '.spec-context/steering/colours.md': '# Colours\n',
    '.spec-context/specs/till/tasks.md': '# Tasks\n\n- [ ] 1. Draw\n- [ ] 1. Draw again\n',
  };
  await using stage = await openDesk(text, {
    prepare: async (root) => {
      await rm(join(root, '.spec-workflow'), { recursive: true });
      await writeFiles(root, files);
    },
  });
  const { page, root } = stage;
  await goTo(stage, '.spec-context/steering/product.md');
  await page.getByRole('button', { name: 'Edit', exact: true }).waitFor();
  await goTo(stage, '.spec-context/steering/colours.md');
  await page.getByRole('heading', { name: 'Colours', level: 1 }).first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Edit', exact: true }).count(), 0);

  await goTo(stage, '.spec-context/specs/till/tasks.md');
  await page.getByRole('button', { name: 'Task 1: Draw again' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Task 1' });
  assert.equal(await sheet.getByRole('button', { name: 'Blocked' }).count(), 0);
  assert.equal(await sheet.getByLabel('Why it is blocked').count(), 0);
  await sheet.getByRole('button', { name: 'Done' }).tap();
  const ticked = '# Tasks\n\n- [ ] 1. Draw\n- [x] 1. Draw again\n';
  await eventually(async () => (await readFile(join(root, '.spec-context/specs/till/tasks.md'), 'utf8')) === ticked);
});

test('bodies that a relay has forged in bulk are not shown under the real rev, and not kept', async () => {
  await using stage = await openDesk(text, {
    before: (page) =>
      page.route(/\/bodies\?/, async (route) => {
        const response = await route.fetch();
        const { items, ...rest } = await response.json();
        const forged = items.map(({ rev }: { rev: string }) => ({ rev, text: '# Forged\n' }));
        await route.fulfill({ response, json: { ...rest, items: forged } });
      }),
  });
  const { page } = stage;
  await goTo(stage, design);
  await page.getByText('A drawer.').waitFor();
  await page.route(/\/bodies\//, (route) => route.abort());
  await goTo(stage, 'specs/003-third-time/README.md');
  await page.getByRole('heading', { name: 'Third time', level: 1 }).first().waitFor();
  assert.equal(await page.getByText('Forged').count(), 0);
});

test('before a save one sees how the text reads, and the lines that change; the text field keeps what was typed', async () => {
  await using stage = await openDesk();
  const { page } = stage;
  await goTo(stage, design);
  await write(page, 'A bell.', '**Two** bells.');
  await page.getByRole('button', { name: 'Preview' }).tap();
  await page.locator('.editor .markdown strong', { hasText: 'Two' }).waitFor();
  assert.equal(await field(page).count(), 0);
  await page.getByRole('button', { name: 'Changes +1 −1' }).tap();
  await page.locator('.diff-line.removed', { hasText: 'A bell.' }).waitFor();
  await page.locator('.diff-line.added', { hasText: '**Two** bells.' }).waitFor();
  await page.getByRole('button', { name: 'Write' }).tap();
  assert.match(await field(page).inputValue(), /\*\*Two\*\* bells\./);
  await save(page);
  await holds(stage, text.replace('A bell.', '**Two** bells.'));
});
