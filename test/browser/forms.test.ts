/** Forms, by touch: each says beside its field what is wrong, says what it is doing, and is the same as the command line that it copies. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before } from 'node:test';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright-core';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

/** The words that describe a field for a reader of the screen, and whether it has the focus; by its id. */
const wordsOf = (id: string) =>
  `(document.getElementById('${id}').getAttribute('aria-describedby') ?? '').split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '').join(' ')`;
const hasFocus = (id: string) => `document.activeElement.id === '${id}'`;

/** Fills a field, submits, and expects the words beside it: described by them, marked, and with the focus. */
async function refuses(page: Page, form: Page | Locator, label: string, typed: string, submit: string, words: RegExp) {
  const field = form.getByLabel(label, { exact: true });
  await field.fill(typed);
  await form.getByRole('button', { name: submit, exact: true }).tap();
  const id = (await field.getAttribute('id')) ?? '';
  const seen = async () => ({
    words: await page.evaluate<string>(wordsOf(id)),
    isInvalid: (await field.getAttribute('aria-invalid')) === 'true',
    hasFocus: await page.evaluate<boolean>(hasFocus(id)),
  });
  await eventually(async () => words.test((await seen()).words));
  assert.deepEqual({ ...(await seen()), words: '' }, { words: '', isInvalid: true, hasFocus: true }, label);
}

test('every form shows beside its field what is wrong with it', { timeout: 400_000 }, async () => {
  await using stage = await openStage({ browser: phone });
  const { page, world, machine } = stage;
  const sheet = page.getByRole('dialog');
  const open = async (fragment: string, button: string | RegExp) => {
    await page.goto(`${world.url}/#/${fragment}`);
    await page.getByRole('button', { name: button, exact: true }).tap();
    await sheet.waitFor();
  };

  await open(`m/${machine.id}/machine`, 'Rename');
  await refuses(page, sheet, 'Name', ' ', 'Rename', /^Name is missing\.$/);
  await refuses(page, sheet, 'Name', 'lap\u202etop', 'Rename', /\S/);
  await page.keyboard.press('Escape');
  await open(`m/${machine.id}/machine`, 'Remove');
  await refuses(page, sheet, 'Type its name to confirm', 'desktop', 'Remove', /This is not laptop\./);
  await page.keyboard.press('Escape');
  await open('machines', 'Add a machine');
  await sheet.getByText(`sallyport login ${new URL(world.url).origin}`, { exact: true }).waitFor();
  await sheet.getByText('In a checkout of Sallyport, type npm run bridge -- for sallyport.').waitFor();
  await refuses(page, sheet, 'Name of the machine', '', 'Create its key', /is missing/);
  await page.keyboard.press('Escape');
  await open('members', 'Invite a member');
  await refuses(page, sheet, 'Name', '', 'Create the link', /is missing/);
  await page.keyboard.press('Escape');
  await open('keys', 'Create a key');
  await sheet.getByLabel('Name', { exact: true }).fill('script');
  await refuses(page, sheet, 'Expires after (days)', 'soon', 'Create key', /from 1 to 3650/);
  await page.keyboard.press('Escape');
  await open('profile', 'Change my name');
  await refuses(page, sheet, 'Name', '', 'Save', /is missing/);
  await page.keyboard.press('Escape');
  await open('profile', 'Set a password');
  await sheet.getByLabel('New password').fill('correct horse battery');
  await refuses(page, sheet, 'E-mail', 'nobody', 'Save', /no e-mail address/);
  await sheet.getByLabel('E-mail').fill('ida@example.com');
  await refuses(page, sheet, 'New password', 'short', 'Save', /at least 10 characters/);
  await page.keyboard.press('Escape');
  await page.goto(`${world.url}/#/pair`);
  await refuses(page, page, 'Code', 'BCDF', 'Continue', /eight letters/);
  await page.goto(`${world.url}/#/you`);
  await page.getByRole('button', { name: /^Sign out/ }).tap();
  await page.getByLabel('E-mail').fill('ida@example.com');
  await refuses(page, page, 'Password', '', 'Sign in', /is missing/);
  await refuses(page, page, 'Sign-in link', '…', 'Sign in with the link', /no sign-in link/);
});

test('a machine is renamed in two taps from its page, and what the form copies for a terminal does the same', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, world, machine, browser } = stage;
  const named = async (name: string) =>
    await eventually(async () => (await world.call<Machine>('GET', `/v1/machines/${machine.id}`)).name === name);
  await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: world.url });
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);

  await page.getByRole('button', { name: 'Rename' }).tap();
  await page.keyboard.type('-two');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).tap();
  await page.getByRole('status').getByText('Renamed to laptop-two.').waitFor();
  await page.getByRole('heading', { name: 'laptop-two', level: 1 }).waitFor();
  await named('laptop-two');

  await page.getByRole('button', { name: 'Rename' }).tap();
  await page.getByLabel('Name', { exact: true }).fill("Ida's laptop");
  await page.getByRole('button', { name: 'Copy as curl' }).tap();
  await page.getByRole('button', { name: 'Copied' }).waitFor();
  const line = await page.evaluate<string>('navigator.clipboard.readText()');
  const env = { ...process.env, SALLYPORT_KEY: world.key };
  await promisify(execFile)('bash', ['-c', line], { env });
  await named("Ida's laptop");
});

test('a form that gets no answer says so and sends once; what could not be read offers to try again', async () => {
  await using stage = await openStage({ browser: { ...phone, serviceWorkers: 'block' } });
  const { page, world } = stage;
  let sent = 0;
  await page.route('**/v1/keys*', async (route) => {
    if (route.request().method() === 'GET') return await route.abort();
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await route.abort();
  });
  await page.goto(`${world.url}/#/keys`);
  await page.getByRole('alert').getByText('the relay cannot be reached').waitFor();
  await page.getByRole('button', { name: 'Create a key' }).tap();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Name').fill('script');
  await sheet.getByRole('button', { name: 'Create key' }).tap();
  // It cannot be pressed now, so it is not waited for.
  await sheet.getByRole('button', { name: 'Creating…' }).tap({ force: true });
  await sheet.getByRole('alert').getByText('the relay cannot be reached').waitFor();
  assert.equal(sent, 1);
  assert.equal(await sheet.getByLabel('Name').inputValue(), 'script');
  await page.keyboard.press('Escape');

  const again = page.getByRole('button', { name: 'Try again' });
  const asked = page.waitForRequest('**/v1/keys*');
  await again.tap();
  await asked;
  // It has failed once more before the line is mended.
  await again.waitFor();
  await page.unroute('**/v1/keys*');
  await again.tap();
  await page.locator('.rows').getByText('owner').waitFor();
});
