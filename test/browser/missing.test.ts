/** What an address leads to may be missing, and a screen may fail: then that is said, and everything else goes on. */

import assert from 'node:assert/strict';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a screen that cannot be drawn leaves the others, and comes when it can be drawn again', async () => {
  await using stage = await openStage({ browser: { serviceWorkers: 'block' } });
  const { page } = stage;
  const places = page.locator('.bottom-bar');
  // A relay that was replaced meanwhile has other scripts.
  await page.route('**/Machines-*.js', (route) => route.abort());

  await places.getByRole('link', { name: 'Machines' }).click();

  await page.getByRole('alert').getByText('This screen cannot be drawn').waitFor();
  await places.getByRole('link', { name: 'Specs' }).click();
  await page.locator('.card').first().waitFor();
  await places.getByRole('link', { name: 'Machines' }).click();
  await page.getByRole('alert').waitFor();
  await page.unroute('**/Machines-*.js');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Machines', level: 1 }).waitFor();
});

test('what a machine says of a project stands above its specs and in the Inbox, and a text that stays there says so', async () => {
  await using stage = await openStage({
    prepare: async (root) => {
      const secret = `${'ghp_'}aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD3fG6`;
      await writeFiles(root, { 'specs/004-key/README.md': specText('Key', {}, secret) });
      await mkdir(join(root, '..', 'elsewhere'));
      await symlink(join(root, '..', 'elsewhere'), join(root, '.spec-context'));
    },
  });
  const { page } = stage;
  const said = page.locator('.condition', { hasText: 'a symbolic link' });

  await said.waitFor();
  assert.match((await said.locator('.soft').textContent()) ?? '', /\S/, 'the next step');
  await page.locator('.bottom-bar').getByRole('link', { name: 'Inbox' }).click();
  await page.getByRole('article').filter({ hasText: 'a symbolic link' }).waitFor();
  await page.locator('.bottom-bar').getByRole('link', { name: 'Specs' }).click();
  await page.locator('.card a.title', { hasText: '004-key' }).click();
  await page.getByRole('heading', { name: 'The text stays on the machine' }).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Status: Planned' }).isDisabled(), 'an edit would be refused');
});

test('the address of a machine that is gone shows no other one in its place, and offers those that are there', async () => {
  await using stage = await openStage();
  const { page, world } = stage;

  await page.goto(`${world.url}/#/m/revoked-machine/specs`);

  await page.getByRole('heading', { name: 'Machine not found' }).waitFor();
  await page.locator('.card').waitFor({ state: 'detached' });
  await page.locator('main').getByRole('link', { name: 'laptop' }).click();
  await page.locator('.card').first().waitFor();
});
