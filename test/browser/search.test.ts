/** Search: from any screen to the text that has a word, by keyboard alone, also without a network. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { writeLog } from '#contract/grammar/implementation-log.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText, firstId } from '../kit/approvals.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const prepare = (root: string) =>
  writeFile(
    join(root, 'specs', '001-first-light', 'NOTES.md'),
    '# Notes\n\n## Keeper\n\nThe lamplighter sings <img src=x onerror=alert(1)> at dusk.\n',
  );

test('a word of a text is found offline, with its line and heading, and opened by keyboard alone', async () => {
  await using stage = await openStage({ prepare, browser: phone });
  const { page, browser } = stage;
  await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await page.keyboard.press('/');
  const dialog = page.getByRole('dialog', { name: 'Search' });
  await dialog.getByRole('searchbox').waitFor();
  await page.keyboard.type('lampl');
  const hit = dialog.getByRole('button', { name: /Keeper: The lamplighter sings <img/ });
  await hit.waitFor();
  await browser.context.setOffline(true);
  await page.keyboard.type('ighter');
  await hit.waitFor();
  assert.equal(await dialog.locator('mark').first().textContent(), 'lamplighter');
  assert.equal(await dialog.locator('img').count(), 0, 'markup of a text stays text');
  await page.keyboard.press('ArrowDown');
  assert.ok(await hit.evaluate((element) => element === document.activeElement));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
  // The text is opened where the word is, and the word is marked.
  const marked = page.locator('.markdown mark', { hasText: 'lamplighter' });
  await marked.first().waitFor();
  await eventually(async () => {
    const { y = -1 } = (await marked.first().boundingBox()) ?? {};
    return y > 0 && y < 844;
  });
});

test('approvals, tasks and logs are found by their words, each under its head, and open where they are read', async () => {
  const base = '.spec-workflow/specs/checkout';
  const log = writeLog({
    id: 'id-1',
    taskId: '1',
    timestamp: '2026-01-01T10:00:00.000Z',
    summary: 'The drawer springs open',
    filesModified: ['till.ts'],
    filesCreated: [],
    statistics: { linesAdded: 1, linesRemoved: 0, filesChanged: 1 },
    artifacts: {},
  });
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        [approvalPath(firstId)]: approvalText(firstId, { title: 'May the till ring' }),
        [`${base}/Implementation Logs/task-1.md`]: log,
      }),
  });
  const { page } = stage;
  const find = async (words: string, group: string, name: RegExp) => {
    await page.keyboard.press('/');
    const dialog = page.getByRole('dialog', { name: 'Search' });
    await dialog.getByRole('searchbox').fill(words);
    const found = dialog.getByRole('button', { name });
    await found.waitFor();
    await dialog.locator('.sheet-part', { hasText: group }).waitFor();
    await found.tap();
  };
  await find('may the till ring', 'Approvals', /^May the till ring pending · laptop/);
  await page.getByRole('heading', { name: 'May the till ring', level: 1 }).waitFor();
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
  await find('count the money', 'Tasks', /Count the money/);
  await page.locator('.markdown mark', { hasText: 'Count' }).first().waitFor();
  await find('drawer springs', 'Implementation logs', /The drawer springs open/);
  await page.locator('.markdown mark', { hasText: 'drawer' }).first().waitFor();
});

test('arrows, Home and End go round the choices of the search, and Escape leads back', async () => {
  await using stage = await openStage();
  const { page } = stage;
  const button = page.getByRole('button', { name: 'Search', exact: true });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').locator('.choice').nth(1).waitFor();
  const at = () => page.evaluate<number>('[...document.querySelectorAll(".choice")].indexOf(document.activeElement)');
  const last = (await page.locator('.choice').count()) - 1;
  // The keys are loaded beside the first screen.
  await eventually(async () => {
    await page.keyboard.press('ArrowDown');
    return (await at()) >= 0;
  });
  await page.keyboard.press('Home');
  assert.equal(await at(), 0);
  await page.keyboard.press('End');
  assert.equal(await at(), last);
  await page.keyboard.press('ArrowDown');
  assert.equal(await at(), 0, 'round');
  await page.keyboard.press('Escape');
  assert.ok(await button.evaluate((element) => element === document.activeElement));
});
