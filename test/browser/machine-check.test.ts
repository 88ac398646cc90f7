/** The check of the connection on the page of a machine: what is found there, what is wrong first, and what to do while it is offline; the last run stays on the device. */
import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { testNeeding } from '../kit/parts.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a person checks the connection of a machine from afar, and reads what is wrong first', async () => {
  await using stage = await openStage();
  const { page, world, machine } = stage;
  // Others on the machine can look into the data folder: the doctor's fix names it, and must not leave the machine.
  await chmod(machine.data, 0o755);
  await page.goto(`${world.url}/#/m/${machine.id}/machine`);
  const article = page.locator('article', { hasText: 'laptop' });
  await article.getByRole('button', { name: 'Check the connection' }).click();
  await article.getByText('Wrong: Data folder.').waitFor();
  await article.getByText(/^Checked /).waitFor();
  const found = article.getByRole('list', { name: 'What the check found' }).getByRole('listitem');
  const texts = await found.allTextContents();
  assert.match(texts[0] ?? '', /^✗Data folder.*Others on this machine.*mode 755.*sallyport doctor\s*$/);
  // In line with what stands above it.
  const leftOf = async (selector: string) => (await article.locator(selector).first().boundingBox())?.x;
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    assert.equal(await leftOf('.finding-sign'), await leftOf('.findings-verdict'), `${width} px`);
  }
  // All that passed takes one line until somebody opens it.
  assert.ok(texts.every((text) => !text.startsWith('✓')));
  const passed = article.getByRole('list', { name: 'Passed checks' }).getByRole('listitem');
  assert.equal(await passed.count(), 0);
  await article.getByText(/^\d+ checks passed$/).click();
  await passed.filter({ hasText: /^✓Key/ }).waitFor();
  assert.ok(!texts.join().includes(machine.data));
  await found.first().getByRole('button', { name: 'Copy' }).click();
  await machine.bridge().end();
  await article.getByText('It is offline, so it cannot be asked from here.').waitFor();
  await article.locator('.no-project').getByText('sallyport doctor', { exact: true }).waitFor();
  assert.equal(await found.count(), texts.length);
  // What was found last is wanted most once the machine is offline: it is there after a reload too, with its time.
  const when = await article.getByText(/^Checked /).textContent();
  await page.reload();
  await article.getByText('Wrong: Data folder.').waitFor();
  assert.equal(await article.getByText(/^Checked /).textContent(), when);
  assert.deepEqual(await found.allTextContents(), texts);
});
