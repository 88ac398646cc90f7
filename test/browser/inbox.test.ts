/** The Inbox of one person on two devices: what is put off, dismissed or seen on one is so on the other, and a view that is saved on one is there on the other. */

import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, openBrowserOn, phone as phoneOptions } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import { openStage, type Stage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const approval = JSON.stringify({
  id: 'approval_1',
  title: 'Review design for checkout',
  filePath: '.spec-workflow/specs/checkout/design.md',
  type: 'document',
  status: 'pending',
  category: 'spec',
  categoryName: 'checkout',
});
const path = '.spec-workflow/approvals/checkout/approval_1.json';
const title = 'Approval wanted: Review design for checkout';

/** The same person on another device. */
async function openDesktop(stage: Stage, stack: AsyncDisposableStack): Promise<Page> {
  const browser = stack.use(await openBrowser());
  const page = await browser.context.newPage();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(new URL(await stage.world.signInLink(), stage.world.url).href);
  await page.getByRole('heading', { name: 'Specs', level: 1 }).waitFor();
  return page;
}

async function goToInbox(page: Page, { world }: Stage): Promise<void> {
  await page.goto(new URL('/#/inbox', world.url).href);
  await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
}

const line = (page: Page) => page.getByRole('article').filter({ hasText: title });

test('a notice that is put off on the phone is put off on the desktop, and brought back there it is back on the phone', async () => {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage({ prepare: (root) => writeFiles(root, { [path]: approval }) }));
  const { page: phone } = stage;
  const desktop = await openDesktop(stage, stack);
  await goToInbox(phone, stage);
  await goToInbox(desktop, stage);
  await line(desktop).waitFor();
  await line(phone).getByRole('button', { name: 'Later' }).click();
  await line(phone).waitFor({ state: 'detached' });
  await line(desktop).waitFor({ state: 'detached' });
  await desktop.getByText('1 notice put off or dismissed').click();
  await desktop.getByText(/Put off until/).waitFor();
  await desktop.getByRole('button', { name: 'Bring back' }).click();
  await line(desktop).waitFor();
  await line(phone).waitFor();

  // Without a network it is dismissed at once, and on the other device once there is one again.
  await stage.browser.context.setOffline(true);
  await line(phone).getByRole('button', { name: 'Dismiss' }).click();
  await line(phone).waitFor({ state: 'detached' });
  assert.equal(await line(desktop).count(), 1);
  await stage.browser.context.setOffline(false);
  await line(desktop).waitFor({ state: 'detached' });

  // A document that waits anew is another notice.
  await writeFiles(stage.root, { [path]: approval.replace('pending', 'approved') });
  await desktop.getByText('1 notice put off or dismissed').waitFor({ state: 'detached' });
  await writeFiles(stage.root, { [path]: approval });
  await line(phone).waitFor();
  // On a desktop it opens beside the list, which marks it and stays the list of all machines.
  await line(desktop).getByRole('link', { name: 'Review' }).click();
  await desktop.getByRole('heading', { name: 'Review design for checkout', level: 1 }).waitFor();
  await desktop.locator('article[aria-current="true"]').filter({ hasText: title }).waitFor();
  assert.equal(await desktop.title(), 'Review design for checkout · Sallyport');
  await desktop.getByRole('button', { name: 'Back' }).click();
  await desktop.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor();
  // On a phone in its place.
  await line(phone).getByRole('link', { name: 'Review' }).click();
  await phone.getByRole('heading', { name: 'Review design for checkout', level: 1 }).waitFor();
  assert.equal(await line(phone).count(), 0);
});

test('what was seen on the phone is not new on the desktop', async () => {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage({ prepare: (root) => writeFiles(root, { [path]: approval }) }));
  const { page: phone, world, root } = stage;
  await goToInbox(phone, stage);
  await phone.locator('article.unseen').filter({ hasText: title }).waitFor();
  // Leaving the Inbox is having looked.
  await phone.getByRole('link', { name: 'Specs' }).last().click();
  await eventually(async () => {
    const { items } = await world.call<{ items: unknown[] }>('GET', '/v1/records?kind=look');
    return items.length === 2;
  });
  const desktop = await openDesktop(stage, stack);
  await goToInbox(desktop, stage);
  await line(desktop).waitFor();
  assert.equal(await desktop.locator('article.unseen').count(), 0);
  await desktop.getByRole('button', { name: /^Since you last looked/ }).click();
  await desktop.getByText('No files changed').waitFor();
  await writeFiles(root, { 'specs/001-first-light/notes.md': '# Notes\n' });
  await desktop.getByRole('link', { name: /First light.*notes.md.*in the files/ }).waitFor();
});

test('a view that is saved on the phone is chosen on the desktop, with its filter and its order', async () => {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await openStage());
  const { page: phone, world } = stage;
  const desktop = await openDesktop(stage, stack);
  await phone.goto(new URL('/#/specs?status=planned&order=title', world.url).href);
  await phone.getByRole('button', { name: 'Order, view and filters' }).click();
  await phone.getByLabel('Name of the view').fill('Next up');
  await phone.getByRole('button', { name: 'Save view' }).click();
  await phone.getByRole('dialog').getByRole('button', { name: 'Next up', exact: true }).waitFor();

  await desktop.goto(new URL('/#/specs', world.url).href);
  await desktop.getByRole('button', { name: 'Next up', exact: true }).click();
  await desktop.waitForURL(/status=planned/);
  assert.match(desktop.url(), /order=title/);
  await desktop.getByRole('button', { name: 'Order, view and filters' }).click();
  await desktop.getByRole('button', { name: 'Remove the view Next up' }).click();
  await desktop.getByText('None yet').waitFor();
});

test('what changed in the files while the phone was away is told with its difference, and seen on the desktop once it was seen on the phone', async () => {
  await using stack = new AsyncDisposableStack();
  const { path: profile } = stack.use(await openTemporaryFolder());
  const stage = stack.use(await openStage());
  const { world, root } = stage;
  const readme = 'specs/001-first-light/README.md';
  const before = await readFile(join(root, readme), 'utf8');

  // A phone that has looked once; then its process ends.
  {
    await using phone = await openBrowserOn(profile, phoneOptions);
    const page = await phone.context.newPage();
    await page.goto(new URL(await world.signInLink(), world.url).href);
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await goToInbox(page, stage);
    await eventually(async () => {
      const { items } = await world.call<{ items: unknown[] }>('GET', '/v1/records?kind=look');
      return items.length > 0;
    });
    await eventually(async () => (await bodiesKept(page)) >= 8);
  }
  await writeFiles(root, {
    [readme]: `${before}\nA line of the night.\n`,
    'specs/009-night/README.md': '---\nstatus: planned\n---\n\n# Night watch\n',
  });
  await rm(join(root, 'specs/003-third-time'), { recursive: true });

  await using phone = await openBrowserOn(profile, phoneOptions);
  const page = await phone.context.newPage();
  await page.goto(new URL('/#/inbox?part=changes', world.url).href);
  await page.getByRole('link', { name: /New.*Night|Night.*New/ }).waitFor();
  const changed = page.getByRole('link', { name: /First light.*\+2.*in the files/ });
  await changed.waitFor();
  await changed.click();
  await page.getByText('A line of the night.').waitFor();
  assert.equal(await page.locator('.diff .added').count(), 2);
  assert.equal(await page.locator('.diff .removed').count(), 0);

  // The desktop, which was there all the time, has the same lines until the phone says that they are seen.
  const desktop = stage.page;
  await desktop.goto(new URL('/#/inbox?part=changes', world.url).href);
  await desktop.getByRole('link', { name: /Night watch/ }).waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Mark all as seen' }).click();
  await page.getByText('No files changed').waitFor();
  await desktop.getByText('No files changed').waitFor();

  // What is only removed can be marked as seen too, and stays so over a reload.
  await rm(join(root, 'specs/009-night'), { recursive: true });
  await page.getByRole('link', { name: /Night watch.*Removed|Removed.*Night watch/ }).waitFor();
  await page.getByRole('button', { name: 'Mark all as seen' }).click();
  await page.getByText('No files changed').waitFor();
  await page.reload();
  await page.getByText('No files changed').waitFor();
});

test('a change that the format refused is made all the same from its line in the Inbox, and the line and the badge go', async () => {
  await using stage = await openStage({ browser: phoneOptions });
  const { page, world, root, machine } = stage;
  const path = 'specs/001-first-light/README.md';
  const document = (await machine.documents()).find((one) => one.path === path);
  await world.call('POST', `/v1/machines/${machine.id}/commands?wait=10`, {
    kind: 'spec-metadata-update',
    args: { project: document?.project, spec: '001-first-light', status: 'complete' },
    ifRev: document?.rev,
  });
  await goToInbox(page, stage);
  await page.getByRole('heading', { name: 'Went wrong 1' }).waitFor();
  await page.getByRole('link', { name: 'Inbox 1 waiting' }).waitFor();
  await page.getByRole('article').getByRole('button', { name: 'Do it anyway' }).tap();
  await page.getByText('Nothing is waiting for you').waitFor();
  await page.getByRole('link', { name: 'Inbox', exact: true }).waitFor();
  await eventually(async () => /^status: complete$/m.test(await readFile(join(root, path), 'utf8')));
});

/** How many texts the app keeps on the device. */
function bodiesKept(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('sallyport');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction('bodies').objectStore('bodies').count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }),
  );
}
