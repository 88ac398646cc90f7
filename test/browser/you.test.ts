/** Machines and You: what is inside each, for every role, by touch and by keyboard. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();

test('You says of each thing what it holds, and opens it; the addresses of before lead there too', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, world } = stage;
  await world.call('POST', '/v1/keys', { name: 'script', scope: 'read' });
  await page.locator('.bottom-bar').getByRole('link', { name: 'You' }).tap();
  for (const line of [/^Sign-ins 1 device/, /^Members 1 member/, /^Keys 2 keys/, /^Usage 1 machine · \d+ documents/])
    await page.getByRole('link', { name: line }).waitFor();
  await page.getByRole('link', { name: /^Keys/ }).tap();
  await heading(page, 'Keys');
  await page.getByRole('button', { name: /^script/ }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).tap();
  await page.getByRole('status').getByText('script is revoked.').waitFor();
  await page.goBack();
  await page.getByRole('link', { name: /^Keys 1 key/ }).waitFor();
  await page.getByRole('link', { name: /^Members/ }).tap();
  await page.getByRole('button', { name: /owner:/ }).tap();
  await page.getByRole('dialog').getByText('An organisation needs an owner').waitFor();
  assert.equal(
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^(Set role|Remove)$/ })
      .count(),
    0,
  );
  await page.keyboard.press('Escape');
  for (const [fragment, name] of [
    ['profile', 'Profile'],
    ['members', 'Members'],
    ['sign-ins', 'Sign-ins'],
    ['audit', 'Audit'],
    ['settings', 'Settings'],
    ['pair', 'Link a machine'],
  ] as const) {
    await page.goto(`${world.url}/#/${fragment}`);
    await heading(page, name);
  }
});

test('a link for another device has a code to scan where a phone can open it', async () => {
  await using world = await openWorld({ env: { SALLYPORT_PUBLIC_URL: 'https://relay.example' } });
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  const { hash } = new URL(await world.signInLink(), world.url);
  await page.goto(`${world.url}/${hash}`);
  await page.locator('.bottom-bar').getByRole('link', { name: 'You' }).tap();
  await page.getByRole('button', { name: 'Sign in another device' }).tap();
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('img', { name: 'The link as a QR code' }).waitFor();
  await sheet.getByText('https://relay.example/#/sign-in/').waitFor();
  assert.equal(await sheet.getByText('A phone cannot open this address').count(), 0);
});

test('an admin is offered what an admin may do, and nothing that takes an owner', async () => {
  await using world = await openWorld();
  const invite = async (name: string, role: string) =>
    (await world.call<{ url: string }>('POST', '/v1/invitations', { name, role })).url;
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  for (const [name, role] of [
    ['Mia', 'member'],
    ['Ada', 'admin'],
  ] as const) {
    await page.goto(new URL(await invite(name, role), world.url).href);
    await page.locator('.bottom-bar').getByRole('link', { name: 'You' }).tap();
    await heading(page, name);
    if (name === 'Mia') await page.getByRole('button', { name: /^Sign out/ }).tap();
  }
  await page.getByRole('link', { name: /^Members 3 members/ }).tap();
  await page.getByText('owner: may do everything').waitFor();
  assert.equal(await page.getByRole('button', { name: /owner:/ }).count(), 0);
  await page.getByRole('button', { name: /^Ada/ }).tap();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Role of Ada').waitFor();
  assert.equal(await sheet.getByText('Create a sign-in link').count(), 0, 'for oneself there is another way');
  assert.equal(await sheet.getByRole('option', { name: /^owner/ }).count(), 0);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Mia/ }).tap();
  await sheet.getByText('Create a sign-in link').waitFor();
  await sheet.getByLabel('Role of Mia').selectOption('viewer');
  await sheet.getByRole('button', { name: 'Set role' }).tap();
  await page.getByRole('status').getByText('Mia is viewer now.').waitFor();
  await page.getByRole('button', { name: /^Mia viewer: reads/ }).waitFor();
});

test('a machine’s page tells its projects and what it allows, and one of its keys is revoked while its documents stay', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, machine } = stage;
  await page.locator('.bottom-bar').getByRole('link', { name: 'Machines' }).tap();
  await page.getByRole('paragraph').filter({ hasText: '1 of 1 machine online · live' }).waitFor();
  await page.getByRole('link', { name: /^laptop/ }).tap();
  await heading(page, 'laptop');
  const allowed = async (what: string) =>
    (await page.locator('dt', { hasText: what }).locator('xpath=following-sibling::dd[1]').textContent())?.trim();
  assert.equal(await allowed('Edit files'), 'Allowed');
  assert.equal(await allowed('Run programs'), 'Not allowed');
  await page.getByRole('link', { name: /^shop/ }).tap();
  await page.locator('main a', { hasText: 'First light' }).first().waitFor();
  await page.goBack();
  await page.getByRole('button', { name: /^laptop created/ }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).tap();
  await page.getByRole('status').getByText('Key revoked.').waitFor();
  await page.getByText('It can connect again once it has a new key.').waitFor();
  await eventually(() => machine.bridge().child.exitCode === 3, { timeoutMs: 15_000 });
  assert.ok((await machine.documents()).length > 0);
});

test('by keyboard alone a machine is found, opened and renamed, and the focus comes back', async () => {
  await using stage = await openStage();
  const { page, world } = stage;
  await page.goto(`${world.url}/#/machines`);
  await page.getByRole('link', { name: /^laptop/ }).focus();
  await page.keyboard.press('Enter');
  await heading(page, 'laptop');
  const rename = page.getByRole('button', { name: 'Rename' });
  await rename.focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Name', { exact: true }).waitFor();
  await page.keyboard.press('End');
  await page.keyboard.type(' two');
  await page.keyboard.press('Enter');
  await heading(page, 'laptop two');
  await eventually(async () => (await page.evaluate('document.activeElement.textContent')) === 'Rename');
});

test('beside the list of a desktop the page of a machine and each part of You is open', async () => {
  await using world = await openWorld();
  await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  await using browser = await openBrowser(undefined, { viewport: { width: 1440, height: 900 } });
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.goto(`${world.url}/#/machines`);
  await page.getByRole('link', { name: /^laptop/ }).click();
  await page.getByText('What it allows').waitFor();
  assert.equal(await page.getByRole('link', { name: /^laptop/ }).getAttribute('aria-current'), 'page');
  assert.deepEqual(await page.locator('h1:not([aria-level])').allTextContents(), ['laptop']);
  await page.goto(`${world.url}/#/keys`);
  await page.getByRole('button', { name: 'Create a key' }).waitFor();
  assert.equal(await page.locator('main').getByRole('link', { name: /^Keys/ }).getAttribute('aria-current'), 'page');
  await page
    .locator('main')
    .getByRole('link', { name: /^Members/ })
    .click();
  await page.getByRole('button', { name: 'Invite a member' }).waitFor();
  await eventually(async () => (await page.title()) === 'Members · Sallyport');
});

test('where there is no machine yet, and where a machine has no project, the next step is said', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.goto(`${world.url}/#/machines`);
  await page.getByRole('heading', { name: 'No machine yet' }).waitFor();
  await page.getByText('npm start -- ~/code/my-project').waitFor();
  await world.call('POST', '/v1/machines', { name: 'Home PC' });
  await page.getByRole('link', { name: /^Home PC has never connected/ }).tap();
  await page.getByText('projects add ~/code/my-project').waitFor();
});
