/** Two bridges with one key, on the screen: the machine's page says so, and its key is replaced there. */

import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a copied key shows on the page of the machine, and replacing it ends both bridges', async () => {
  await using stage = await openStage();
  const { page, world, machine, root } = stage;
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);
  const data = join(world.folder, 'thief');
  const args = ['run', '--url', world.url, '--key', machine.key, '--data', data, '--name', 'thief', '--json', root];
  await using thief = startProgram('bridge/main.ts', args);
  const about = page.locator('article', { hasText: 'laptop' });
  await about.getByText('Two bridges claim to be this machine').waitFor();
  await about.getByRole('button', { name: 'Replace its key' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByText(/login .* --replace/).waitFor();
  await sheet.getByRole('button', { name: 'Replace the key' }).click();
  await sheet.locator('code', { hasText: /--key spm_/ }).waitFor();
  await eventually(() => machine.bridge().child.exitCode === 3, { timeoutMs: 15_000 });
  await thief.end();
  await page.keyboard.press('Escape');
  await about.getByText('Two bridges claim to be this machine').waitFor({ state: 'detached' });
});
