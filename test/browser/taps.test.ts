/** What people do most takes few taps: each story counts its own, on a phone. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Locator } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const first = 'specs/001-first-light/README.md';
const tasks = '.spec-workflow/specs/checkout/tasks.md';

/** Taps one after the other. */
async function tap(...targets: readonly Locator[]): Promise<number> {
  for (const target of targets) await target.tap();
  return targets.length;
}

test('a status takes two taps', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root } = stage;
  await stage.open('First light');
  const status = await tap(
    page.getByRole('button', { name: /^Status: / }),
    page.getByRole('dialog').getByRole('button', { name: 'In progress' }),
  );
  assert.equal(status, 2);
  await eventually(async () => /^status: in-progress$/m.test(await readFile(join(root, first), 'utf8')));
});

test('a box takes one tap, anywhere on its row', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root } = stage;
  await stage.open('First light');
  assert.equal(await tap(page.locator('.task-text', { hasText: 'Open the gate' })), 1);
  await eventually(async () => (await readFile(join(root, first), 'utf8')).includes('- [x] Open the gate'));
});

test('a design is read after two taps from the list, a diff after one from the Inbox', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, root, world } = stage;
  const read = await tap(
    page.locator('.card a.title', { hasText: 'Second wind' }),
    page.getByRole('link', { name: 'DESIGN.md' }),
  );
  assert.equal(read, 2);
  await page.getByText('As little as possible').waitFor();
  await page.goto(new URL('/#/inbox?part=changes', world.url).href);
  await page.getByText('No files changed').waitFor();
  await writeFiles(root, { [first]: specText('First light', { status: 'complete' }) });
  assert.equal(await tap(page.getByRole('link', { name: /First light/ })), 1);
  await page.locator('.diff-line.added mark', { hasText: 'complete' }).waitFor();
});

test('another machine is two taps away, and so is a change as curl', async () => {
  await using stage = await openStage({ browser: { ...phone, permissions: ['clipboard-read', 'clipboard-write'] } });
  const { page, world, root } = stage;
  await world.startMachine('tower', [root]);
  const switched = await tap(
    page.getByRole('heading', { level: 1 }).getByRole('button'),
    page.getByRole('dialog').getByRole('button', { name: /^tower/ }),
  );
  assert.equal(switched, 2);
  await page.getByText(/^tower · live/).waitFor();
  await stage.open('First light');
  const copied = await tap(
    page.getByRole('button', { name: 'More' }),
    page.getByRole('dialog').getByRole('button', { name: 'Copy', exact: true }),
  );
  assert.equal(copied, 2);
  await eventually(async () =>
    (await page.evaluate<string>('navigator.clipboard.readText()')).includes('spec-metadata-update'),
  );
});

const prompt = 'Role: Painter | Task: Draw it with care';

test('a task shows its prompt by sections, to copy as one text, and leads to the criteria that it refers to', async () => {
  await using stage = await openStage({
    browser: { ...phone, permissions: ['clipboard-read', 'clipboard-write'] },
    prepare: (root) =>
      writeFiles(root, {
        [tasks]: `# Tasks\n\n- [ ] 1. Draw the till\n  - _Requirements: 1.2_\n  - _Prompt: ${prompt}_\n`,
        [tasks.replace('tasks.md', 'requirements.md')]:
          '# R\n\n### Requirement 1: Till\n\n#### Acceptance Criteria\n\n1. One\n2. WHEN `it_rings` THEN open\n',
      }),
  });
  const { page } = stage;
  await stage.open('Checkout');
  await page.getByText('next: 1').waitFor();
  await page.getByRole('link', { name: 'tasks.md' }).tap();
  await page.locator('.task-text', { hasText: 'Draw the till' }).first().tap();
  await page.getByText('Role: Painter', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Copy the prompt' }).tap();
  await eventually(async () => (await page.evaluate<string>('navigator.clipboard.readText()')) === prompt);
  await page.getByRole('link', { name: /Requirement 1\.2/ }).tap();
  await page.locator('li:has(mark)', { hasText: 'it_rings' }).waitFor();
});
