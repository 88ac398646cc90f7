/** The documents of a project on a phone: what is not listed can be found, and nothing is left out without a word. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

test('documents are filtered by title and path, and the others of a long list are one tap away', {
  timeout: 100_000,
}, async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  await makeSmallProject(root);
  const notes = Array.from({ length: 230 }, (_, n) => [`.spec-workflow/steering/note-${n}.md`, `# Note ${n}\n`]);
  await writeFiles(root, Object.fromEntries(notes));
  const { id } = await world.startMachine('laptop', [root]);
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.bottom-bar').waitFor();
  await page.goto(`${world.url}/#/m/${id}/documents`);

  const rows = page.getByRole('list', { name: 'Steering' }).getByRole('listitem');
  const more = page.getByRole('button', { name: /^Show \d+ more of \d+$/ });
  await more.waitFor();
  const total = Number((await more.textContent())?.match(/\d+$/)?.[0]);
  assert.ok(total >= 230);
  while (await more.isVisible()) await more.tap();
  assert.equal(await rows.count(), total);

  const field = page.getByRole('searchbox', { name: 'Find by title or path' });
  await field.fill('steering/note-117');
  await page.getByRole('listitem').filter({ hasText: 'Note 117' }).waitFor();
  assert.equal(await rows.count(), 1);

  await field.fill('no such document');
  await page.getByText('No matches').waitFor();
  assert.equal(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), 0);
});
