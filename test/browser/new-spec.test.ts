/** A new spec, made in the app: the rules are said beside the field, the spec opens once it is there, and what a machine cannot take now waits. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a spec is made from the Specs tab: a wrong name is refused beside the field, a good one opens the spec', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root } = stage;
  await page.getByRole('button', { name: 'New spec' }).tap();
  const sheet = page.getByRole('dialog', { name: 'New spec' });
  const make = sheet.getByRole('button', { name: 'Make the spec' });
  await make.tap();
  await sheet.getByText('Name is missing.').waitFor();
  await sheet.getByLabel('Name').fill('Second wind');
  await make.tap();
  await sheet.getByText(/^Use a to z, 0 to 9/).waitFor();
  await sheet.getByLabel('Name').fill('second-wind');
  await make.tap();
  await sheet.getByText('There is a spec “002-second-wind” already.').waitFor();
  await sheet.getByLabel('Project').selectOption({ label: 'shop, as spec-workflow' });
  await sheet.getByLabel('Title').fill('Second wind for all');
  assert.deepEqual(await violationsOf(page), []);
  await make.tap();
  await page.getByRole('heading', { name: 'Second wind', level: 1 }).waitFor();
  await sheet.waitFor({ state: 'detached' });
  const file = join(root, '.spec-workflow/specs/second-wind/requirements.md');
  assert.equal(await readFile(file, 'utf8'), '# Second wind for all\n');
});

test('without its machine a new spec waits, and is made when the machine is back', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root, machine } = stage;
  await machine.bridge().end();
  await page
    .getByRole('status')
    .getByText(/^Offline since/)
    .waitFor();
  await page.getByRole('button', { name: 'New spec' }).tap();
  const sheet = page.getByRole('dialog', { name: 'New spec' });
  await sheet.getByText('laptop cannot be reached now.').waitFor();
  await sheet.getByLabel('Name').fill('night-shift');
  await sheet.getByLabel('Text').fill('# Night shift\n\nSomebody is awake.');
  await sheet.getByRole('button', { name: 'Make it when laptop is back' }).tap();
  await sheet.waitFor({ state: 'detached' });
  await page
    .getByRole('status')
    .getByText(/Making night-shift/)
    .waitFor();
  await machine.startBridge();
  const text = await eventually(() =>
    readFile(join(root, 'specs/004-night-shift/README.md'), 'utf8').catch(() => false),
  );
  assert.match(String(text), /# Night shift\n\nSomebody is awake\.\n$/);
});
