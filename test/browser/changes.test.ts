/** What changed in the files while nobody looked: told spec by spec with what it was before, and seen on every device once it is seen on one. */

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage, type Stage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first = 'specs/001-first-light/README.md';

async function goToChanges(page: Page, { world }: Stage): Promise<void> {
  await page.goto(new URL('/#/inbox?part=changes', world.url).href);
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
}

/** Looks once, and waits until the relay knows. */
async function look(page: Page, stage: Stage): Promise<void> {
  await goToChanges(page, stage);
  await page.goto(new URL('/#/specs', stage.world.url).href);
  await eventually(async () => {
    const { items } = await stage.world.call<{ items: { meta: { machine?: string } }[] }>(
      'GET',
      '/v1/records?kind=look',
    );
    return items.some(({ meta }) => meta.machine === stage.machine.id);
  });
}

test('changes made while the phone was off are told with what was before, and are seen on the other device too', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root, world } = stage;
  await look(page, stage);
  // All bodies are on the device before it is switched off.
  await page.waitForTimeout(1500);
  await page.goto('about:blank');
  await writeFiles(root, {
    [first]: specText(
      'First light',
      { status: 'in-progress', priority: 'high', tags: '[alpha, beta]' },
      '- [x] Open the gate\n- [x] Look out\n',
    ),
    'specs/007-seventh/README.md': specText('The seventh', { status: 'planned' }),
  });
  await rm(join(root, 'specs/003-third-time'), { recursive: true });
  await eventually(async () => (await stage.machine.documents()).some(({ spec }) => spec === '007-seventh'));
  await eventually(async () => !(await stage.machine.documents()).some(({ spec }) => spec === '003-third-time'));

  await goToChanges(page, stage);
  const line = (text: RegExp) => page.getByRole('link', { name: text });
  await line(/First light.*Planned.*became.*In progress.*1 task done · 2 of 2.*\+2 −2.*in the files/).waitFor();
  await line(/The seventh.*New/).waitFor();
  await line(/Third time.*Removed/).waitFor();
  await line(/First light/).tap();
  await page.getByRole('heading', { name: '001-first-light', level: 1 }).waitFor();
  await page.locator('.diff-line.removed mark', { hasText: 'planned' }).waitFor();
  await page.locator('.diff-line.added mark', { hasText: 'in-progress' }).waitFor();
  await page.getByRole('button', { name: 'Back' }).tap();

  await page.getByRole('button', { name: 'Mark all as seen' }).tap();
  await page.getByText('No files changed').waitFor();
  await page.reload();
  await page.getByText('No files changed').waitFor();
  await using other = await openBrowser();
  const desktop = await other.context.newPage();
  await desktop.goto(new URL(await world.signInLink(), world.url).href);
  await desktop.locator('main').waitFor();
  await goToChanges(desktop, stage);
  await desktop.getByText('No files changed').waitFor();
});

test('a change that a person made through Sallyport names them, and is undone from the activity', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root } = stage;
  const before = await readFile(join(root, first), 'utf8');
  await look(page, stage);
  await stage.open('First light');
  await page.getByRole('button', { name: /^Status: / }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'In progress' }).tap();
  await eventually(async () => /^status: in-progress$/m.test(await readFile(join(root, first), 'utf8')));
  await goToChanges(page, stage);
  await page.getByRole('link', { name: /First light.*by you/ }).waitFor();
  await page.getByRole('link', { name: 'Activity' }).tap();
  await page.getByRole('button', { name: /^Metadata · 001-first-light/ }).tap();
  const sheet = page.getByRole('dialog');
  await sheet.getByText('Applied').waitFor();
  await sheet.getByRole('button', { name: 'Copy as curl' }).waitFor();
  await sheet.getByRole('button', { name: 'Undo' }).tap();
  await eventually(async () => (await readFile(join(root, first), 'utf8')) === before);
});
