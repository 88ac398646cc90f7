/** Two bridges with one key, on the screen: the machine's card says so, and its key is replaced there. */

import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a copied key shows on the card of the machine, and replacing it ends both bridges', async () => {
  await using stage = await openStage();
  const { page, world, machine, root } = stage;
  await page.goto(`${world.url}/#/machines`);
  const data = join(world.folder, 'thief');
  const args = ['run', '--url', world.url, '--key', machine.key, '--data', data, '--name', 'thief', '--json', root];
  await using thief = startProgram('bridge/main.ts', args);
  const card = page.locator('article', { hasText: 'laptop' });
  await card.getByText('Two bridges claim to be this machine').waitFor();
  await card.getByRole('button', { name: "Replace this machine's key" }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText(/login .* --replace/).waitFor();
  await sheet.getByRole('button', { name: 'Replace the key' }).click();
  await sheet.locator('code', { hasText: /--key spm_/ }).waitFor();
  await eventually(() => machine.bridge().child.exitCode === 3, { timeoutMs: 15_000 });
  await thief.end();
  await page.keyboard.press('Escape');
  await card.getByText('Two bridges claim to be this machine').waitFor({ state: 'detached' });
});
