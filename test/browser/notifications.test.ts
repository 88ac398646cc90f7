/** Notifications: what the screen shows and changes of a device, and what the service worker shows of a push message. */
import assert from 'node:assert/strict';
import { before } from 'node:test';
import type { PushDevice } from '#contract/push.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi } from '../kit/api.ts';
import { onDesktop, openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { createPushDevice, openPushService } from '../kit/push-service.ts';
import { deliverUntil, shownOn } from '../kit/pushed.ts';

const test = testNeeding('chromium', 'chromium-desktop');

before(buildApp);

test('a person chooses what a device hears of and when, tests it, and the worker shows each message', async () => {
  await using service = await openPushService();
  await using world = await openApi(['--allow-outbound', service.host]);
  const { keys } = await createPushDevice();
  const body = { endpoint: `${service.url}/tablet`, keys, name: 'Tablet' };
  assert.equal((await world.ask('POST', '/v1/push/devices', { body })).status, 201);
  await using browser = await openBrowser(undefined, { ...phone, ...onDesktop() });
  await browser.context.grantPermissions(['notifications']);
  const page = await browser.context.newPage();
  await page.goto(await world.api.createSignInLink());
  await page.locator('.bottom-bar').getByRole('link', { name: 'You' }).tap();
  await page.getByRole('link', { name: /^Notifications/ }).tap();

  const tablet = page.getByRole('region', { name: 'Tablet' });
  await tablet.getByRole('button', { name: 'Approvals', pressed: true }).tap();
  await tablet.getByRole('button', { name: 'Approvals', pressed: false }).waitFor();
  await tablet.getByRole('button', { name: 'Set quiet hours' }).tap();
  await tablet.getByLabel('Quiet from').waitFor();
  const device = async () => (await world.ask<{ items: PushDevice[] }>('GET', '/v1/push')).json.items[0];
  assert.ok(!(await device())?.topics?.includes('approval'));
  assert.equal((await device())?.quiet?.from, 22 * 60);
  await tablet.getByRole('button', { name: 'Send a test' }).tap();
  await tablet.getByText('The push service took it.').waitFor();
  assert.equal(service.received.length, 1);

  for (const [data, id, says] of [
    [JSON.stringify({ id: 'test', topic: 'test' }), 'test', 'Notifications arrive on this device.'],
    ['not JSON', '', 'Something is waiting for you.'],
  ] as const)
    assert.equal((await deliverUntil(page, data, () => shownOn(page, id))).body, says);

  await tablet.getByRole('button', { name: 'Stop notifying' }).tap();
  await tablet.waitFor({ state: 'detached' });
});
