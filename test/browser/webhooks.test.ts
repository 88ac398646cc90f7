/** Webhooks on the screen: added with a secret that is shown once, tested, with their deliveries, and removed. */
import assert from 'node:assert/strict';
import { before } from 'node:test';
import type { Webhook } from '#contract/webhook.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi } from '../kit/api.ts';
import { violationsOf } from '../kit/axe.ts';
import { newToken, openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { openPushService } from '../kit/push-service.ts';

const test = testNeeding('chromium');

before(buildApp);

test('an admin adds a webhook, copies its secret once, sees a test arrive and another fail, and removes it', async () => {
  await using receiver = await openPushService();
  await using world = await openApi(['--allow-outbound', receiver.host]);
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.goto(`${world.url}/#/you`);
  await page.getByRole('link', { name: /^Webhooks/ }).tap();
  await page.getByText('No webhook yet').waitFor();
  await page.getByRole('button', { name: 'Add a webhook' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Add a webhook' });
  const add = sheet.getByRole('button', { name: 'Add the webhook' });
  await sheet.getByLabel('Name').fill('Bell');
  const wrong = sheet.locator('.form-field', { has: page.getByLabel('Address') }).getByRole('alert');
  let asked = 0;
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/webhooks')) asked += 1;
  });
  for (const [address, sentence] of [
    ['ftp://ntfy.example/bell', /It begins with https/],
    ['javascript:alert(1)', /It begins with https/],
    ['https://me:secret@ntfy.example/bell', /Leave the name and password out/],
  ] as const) {
    await sheet.getByLabel('Address').fill(address);
    await add.tap();
    await wrong.getByText(sentence).waitFor();
  }
  assert.equal(asked, 0);
  await sheet.getByLabel('Address').fill('https://192.168.1.1/');
  await add.tap();
  await wrong.getByText(/not a public address/).waitFor();
  await sheet.getByLabel('Address').fill(`${receiver.url}/bell`);
  await sheet.getByLabel('Messages as').selectOption('ntfy');
  await sheet.getByRole('button', { name: 'Missed jobs' }).tap();
  assert.deepEqual(await violationsOf(page), []);
  await add.tap();
  await sheet.getByRole('status').getByText('It is shown only once.').waitFor();
  const secret = (await sheet.locator('code').textContent()) ?? '';
  assert.ok(secret.length > 20);
  const read = await page.getByRole('status').allTextContents();
  assert.ok(!read.join().includes(secret), 'the secret is read aloud');
  await sheet.getByRole('button', { name: 'Close' }).tap();

  const bell = page.getByRole('region', { name: 'Bell' });
  await bell.getByText(/· ntfy · Approvals, /).waitFor();
  await bell.getByRole('button', { name: 'Send a test' }).tap();
  await bell.locator('summary').getByText('201').waitFor();
  assert.equal(receiver.received[0]?.path, '/bell');
  receiver.answerWith(500);
  await bell.getByRole('button', { name: 'Send a test' }).tap();
  await bell.locator('summary').getByText('500').tap();
  await bell.getByRole('list').getByText('Test').first().waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const { items } = (await world.ask<{ items: Webhook[] }>('GET', '/v1/webhooks')).json;
  assert.deepEqual(items[0]?.topics?.includes('job'), false);
  await bell.getByRole('button', { name: 'Remove' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).tap();
  await page.getByText('No webhook yet').waitFor();
});
