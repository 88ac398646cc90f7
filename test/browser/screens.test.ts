/** The main job on the screen: real bridge, real relay, real Chromium. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { specText } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first = 'specs/001-first-light/README.md';
const tasks = '.spec-workflow/specs/checkout/tasks.md';

/** Chooses a status in the sheet behind the chip. */
async function chooseStatus(page: Page, label: string): Promise<void> {
  await page.getByRole('button', { name: /^Status: / }).click();
  await page.getByRole('dialog').getByRole('button', { name: label }).click();
}

test('a file saved on the machine shows on the screen without a touch', async () => {
  await using stage = await openStage();
  await writeFile(join(stage.root, first), specText('Saved just now', { status: 'in-progress' }));
  const card = stage.page.locator('.card', { hasText: 'Saved just now' });
  await card.waitFor({ timeout: 3000 });
  await card.getByRole('img', { name: 'In progress' }).waitFor();
});

test('a status tapped on the phone changes the file, shows its receipt, and is taken back by Undo', async () => {
  await using stage = await openStage();
  const { page, root } = stage;
  await stage.open('First light');

  await chooseStatus(page, 'In progress');

  await page.getByRole('status').getByText('Status set to In progress on laptop').waitFor();
  assert.match(await readFile(join(root, first), 'utf8'), /^status: in-progress$/m);
  await page.getByRole('button', { name: 'Undo' }).click();
  await eventually(async () => /^status: planned$/m.test(await readFile(join(root, first), 'utf8')));
  await page.getByRole('button', { name: 'Status: Planned' }).waitFor();
});

test('a checklist item and a task tick, in LeanSpec and in tasks.md', async () => {
  await using stage = await openStage();
  const { page, root } = stage;
  await stage.open('First light');
  await page.getByRole('button', { name: 'Open the gate' }).click();
  await eventually(async () => (await readFile(join(root, first), 'utf8')).includes('- [x] Open the gate'));

  await page.getByRole('button', { name: 'Back' }).click();
  await stage.open('Checkout');
  await page.getByRole('link', { name: 'tasks.md' }).click();
  await page.getByRole('button', { name: 'Task 2: Open the till' }).click();
  await page.getByLabel('Why it is blocked').fill('no key');
  await page.getByRole('dialog').getByRole('button', { name: 'Blocked' }).click();
  await eventually(async () =>
    (await readFile(join(root, tasks), 'utf8')).includes('- [~] 2. Open the till\n  - _Blocked: no key_'),
  );
});

test('somebody was there first: nothing is lost, both versions are shown, and applying again on top works', async () => {
  await using stage = await openStage();
  const { page, root, machine } = stage;
  await stage.open('First light');
  // The machine saves while the bridge is held, so that the phone cannot know yet.
  machine.bridge().child.kill('SIGSTOP');
  const theirs = specText('First light', { assignee: 'somebody-else' });
  await writeFile(join(root, first), theirs);
  await chooseStatus(page, 'In progress');
  machine.bridge().child.kill('SIGCONT');

  await page.getByRole('button', { name: 'Decide' }).click();
  const dialog = page.getByRole('dialog', { name: 'The file has changed' });
  await dialog.getByText('assignee: somebody-else').waitFor();
  assert.equal(await readFile(join(root, first), 'utf8'), theirs);

  await dialog.getByRole('button', { name: 'Apply again on top' }).click();
  await eventually(async () => {
    const text = await readFile(join(root, first), 'utf8');
    return /^status: in-progress$/m.test(text) && text.includes('somebody-else');
  });
});

test('an offline machine reads as it last was, says since when, takes no edits, and on request is sent them when it is back', async () => {
  await using stage = await openStage();
  const { page, root, machine } = stage;
  await stage.open('First light');
  await machine.bridge().end();
  await page.getByText(/Offline since .* Editing is off/).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Status: / }).isDisabled(), true);
  assert.equal(await page.getByRole('button', { name: 'Open the gate' }).isDisabled(), true);

  await page.getByRole('button', { name: 'Send when it is back' }).click();
  await chooseStatus(page, 'In progress');
  await page.getByRole('status').getByText('Queued').waitFor();
  await machine.startBridge();

  await eventually(async () => /^status: in-progress$/m.test(await readFile(join(root, first), 'utf8')));
  await page.getByText(/Offline since/).waitFor({ state: 'detached' });
});

test('the relay restarted under the app: the screen catches up with what was saved meanwhile', async () => {
  await using stage = await openStage();
  await stage.world.restartApi('SIGKILL', async () => {
    await writeFile(join(stage.root, first), specText('Saved in the dark'));
  });
  await stage.page.locator('.card', { hasText: 'Saved in the dark' }).waitFor({ timeout: 40_000 });
});

test('the chosen machine is in the URL and outlives a reload; filters and search narrow the list', async () => {
  await using stage = await openStage();
  const { page, world, root } = stage;
  await world.startMachine('tower', [root]);
  await page.getByRole('heading', { level: 1 }).getByRole('button').click();
  await page.getByRole('dialog').getByRole('button', { name: /tower/ }).click();
  await page.reload();
  await page.getByText(/^tower · live/).waitFor();
  assert.match(page.url(), /#\/m\//);

  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('searchbox', { name: 'Search specs' }).fill('second');
  await eventually(async () => (await page.locator('.card').count()) === 1);
  await page.getByRole('searchbox', { name: 'Search specs' }).fill('');
  await page.getByRole('button', { name: 'Order, view and filters' }).click();
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Complete/ })
    .click();
  await page.keyboard.press('Escape');
  await eventually(async () => (await page.locator('.card').allTextContents()).length === 1);
  await page.locator('.card', { hasText: 'Third time' }).getByRole('img', { name: 'Complete' }).waitFor();
});

test('a rule of the format refuses with its reason, and the person may insist', async () => {
  await using stage = await openStage();
  const { page, root } = stage;
  await stage.open('First light');
  await chooseStatus(page, 'Complete');
  await page
    .getByRole('status')
    .getByText(/Could not set status to Complete on laptop: checklist items are open: 1/)
    .waitFor();
  assert.match(await readFile(join(root, first), 'utf8'), /^status: planned$/m);
  await page.getByRole('button', { name: 'Do it anyway' }).click();
  await eventually(async () => /^status: complete$/m.test(await readFile(join(root, first), 'utf8')));
});

test('a machine that shows a code is let in once the code is typed, and comes online', async () => {
  await using stage = await openStage();
  const { page, world } = stage;
  const data = join(world.folder, 'bridge-desk');
  const args = ['login', world.url, '--name', 'desk', '--data', data, '--json'];
  await using login = startProgram('bridge/main.ts', args);
  const { code, link } = await login.line((line) => line.event === 'code');

  await page.goto(String(link));
  await page.getByRole('heading', { name: 'desk', level: 2 }).waitFor();
  const letIn = page.getByRole('button', { name: 'Link this machine' });
  await letIn.click();
  assert.ok(
    await page.getByRole('heading', { name: 'desk', level: 2 }).isVisible(),
    'a code out of a link has to be typed',
  );
  await page.getByRole('textbox', { name: 'Code' }).fill(String(code).toLowerCase());
  await letIn.click();
  await page.getByRole('status').getByText('Machine linked').waitFor();
  await login.line((line) => line.event === 'signed-in', 30_000);
  await page.getByRole('link', { name: 'Machines' }).last().click();
  await page.getByRole('link', { name: /^desk/ }).waitFor();

  await page.goto(String(link));
  await page.getByText('This code is not valid').waitFor();
});

test('somebody is invited by a link, is in by opening it, and sees no more than the role says', async () => {
  await using stage = await openStage();
  const { page } = stage;
  await page.getByRole('link', { name: 'You' }).last().click();
  await page.getByRole('link', { name: /^Members/ }).click();
  await page.getByRole('button', { name: 'Invite a member' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Grace');
  await page.getByRole('dialog').getByRole('combobox', { name: 'Role' }).selectOption('viewer');
  await page.getByRole('button', { name: 'Create the link' }).click();
  const link = await page.getByRole('dialog').locator('code').first().textContent();

  await using other = await openBrowser();
  const theirs = await other.context.newPage();
  await theirs.goto(String(link));
  await theirs.locator('.card').first().waitFor();
  await theirs.goto(new URL('/#/members', stage.world.url).href);
  await theirs.locator('.row-title', { hasText: 'Grace' }).waitFor();
  assert.equal(await theirs.getByRole('button', { name: 'Invite a member' }).count(), 0);

  await page.reload();
  const row = page.getByRole('button', { name: /^Grace/ });
  await row.click();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('button', { name: /^Remove/ }).click();
  await sheet.getByRole('button', { name: 'Remove', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  await theirs.getByRole('heading', { name: 'Sallyport' }).waitFor();
});

test('a key for a script is made, shown once, works, and is revoked', async () => {
  await using stage = await openStage();
  const { page, world } = stage;
  await page.goto(new URL('/#/keys', world.url).href);
  await page.getByRole('button', { name: 'Create a key' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('nightly');
  await page.getByRole('button', { name: 'Create key' }).click();
  const key = String(await page.getByRole('dialog').locator('code').textContent());
  const ask = async () =>
    (await fetch(new URL('/v1/me', world.url), { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await ask(), 200);
  await page.keyboard.press('Escape');
  const row = page.getByRole('button', { name: /^nightly/ });
  await row.click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await ask(), 401);
});

test('a sheet that is open outlives what is saved meanwhile, on the board and among the machines', async () => {
  await using stage = await openStage();
  const { page, root, world } = stage;
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`${world.url}/#/specs?view=board`);
  await page.getByRole('button', { name: 'Move First light' }).click();
  await page.getByRole('dialog').waitFor();
  await writeFile(join(root, 'specs/002-second-wind/README.md'), specText('Saved meanwhile'));
  await page.locator('.card', { hasText: 'Saved meanwhile' }).waitFor();
  assert.ok(await page.getByRole('dialog').isVisible());
  await page.keyboard.press('Escape');

  await page.goto(`${world.url}/#/m/${stage.machine.id}/machine`);
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('lap');
  await world.call('PATCH', `/v1/machines/${stage.machine.id}`, { name: 'laptop-2' });
  await page.getByRole('heading', { name: 'laptop-2', level: 1, includeHidden: true }).waitFor();
  assert.equal(await page.getByRole('dialog').getByRole('textbox').inputValue(), 'lap');
});
