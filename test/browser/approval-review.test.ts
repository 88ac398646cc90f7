/** The review of an approval by keys, with hostile text, with several requests at once, and while the text changes under the reader. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText, design, firstId, renameOver } from '../kit/approvals.ts';
import { violationsOf } from '../kit/axe.ts';
import { phone, selectWords } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage, type Stage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const lines = Array.from({ length: 60 }, (_, index) => `Line ${index + 1} of the design.`);
const approved = `# Design\n\n## Storage\n\n${lines.slice(0, 30).join('\n\n')}\n\n## Limits\n\n${lines.slice(30).join('\n\n')}\n\n~~~text\ngive up(2 minutes)\n~~~\n`;
const asked = approved
  .replace('Line 5 of', 'Line five of')
  .replace('Line 50 of', 'Line <script>window.pwned = 1</script><img src=x onerror="window.pwned = 1"> \u202Efifty of');
const snapshots = '.spec-workflow/approvals/checkout/.snapshots/design.md';
const snapshot = JSON.stringify({
  id: 'snapshot_1',
  approvalId: 'approval_0',
  approvalTitle: 'Design',
  version: 1,
  timestamp: '2026-01-20T12:00:00.000Z',
  trigger: 'approved',
  status: 'pending',
  content: approved,
  fileStats: { size: approved.length, lines: 128, lastModified: '2026-01-20T12:00:00.000Z' },
});
const files = {
  [design]: asked,
  [approvalPath(firstId)]: approvalText(firstId, { title: 'Design of <b>checkout</b>' }),
  [`${snapshots}/snapshot-001.json`]: snapshot,
};

async function statusOf(stage: Stage, id: string): Promise<{ status: string; comments?: { selectedText?: string }[] }> {
  return JSON.parse(await readFile(join(stage.root, approvalPath(id)), 'utf8'));
}

async function goTo({ page, machine, world }: Stage, id: string): Promise<void> {
  const project = (await machine.documents())[0]?.project;
  const at = `/#/m/${machine.id}/p/${project}/approval/${encodeURIComponent(approvalPath(id))}`;
  await page.goto(new URL(at, world.url).href);
  await page.locator('.review-head').waitFor();
}

async function checkAxe(page: Page, name: string): Promise<void> {
  assert.deepEqual(await violationsOf(page), [], name);
  const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
}

test('by keys alone one goes through the changes, comments, and decides after a confirmation; scripts in the text are text', async () => {
  await using stage = await openStage({
    browser: { viewport: { width: 1440, height: 900 } },
    prepare: (root) => writeFiles(root, files),
  });
  const { page } = stage;
  await goTo(stage, firstId);
  await page.getByRole('heading', { name: 'Design of <b>checkout</b>', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Since version 1 +2 −2' }).waitFor();
  await page.locator('.diff-head').nth(1).waitFor();
  for (const [key, heading] of [
    ['j', 'Storage'],
    ['j', 'Limits'],
    ['k', 'Storage'],
  ] as const) {
    await page.keyboard.press(key);
    assert.match(await page.evaluate<string>('document.activeElement.textContent'), new RegExp(`^${heading}`));
  }
  await page.keyboard.press('c');
  await page.getByRole('dialog').getByText('Line five of the design.').waitFor();
  // A key in a field is a letter.
  await page.keyboard.type('axe it');
  await page.getByRole('button', { name: 'Add comment' }).click();
  await page.locator('.review-comment.own').getByText('axe it').waitFor();
  await page.keyboard.press('x');
  await page.getByRole('dialog', { name: 'Reject' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.getByRole('dialog', { name: 'You wrote 1 comment' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal((await statusOf(stage, firstId)).status, 'pending');
  for (const scheme of ['light', 'dark'] as const)
    for (const tab of ['Since version 1', 'Document', 'History']) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      await page.getByRole('link', { name: new RegExp(`^${tab}`) }).click();
      await page.locator('.review-main > .diff, .review-main .markdown p, .review-history').first().waitFor();
      await checkAxe(page, `${tab} ${scheme}`);
    }
  assert.equal(await page.evaluate('window.pwned'), undefined);
  await page.keyboard.press('r');
  await page
    .getByRole('dialog', { name: 'Needs revision' })
    .getByRole('button', { name: 'Ask for a revision' })
    .click();
  await eventually(async () => (await statusOf(stage, firstId)).status === 'needs-revision');
  assert.equal((await statusOf(stage, firstId)).comments?.[0]?.selectedText, 'Line five of the design.');
});

test('of several requests about one file the newest is shown, the older ones are withdrawn, and the Inbox says what changed', async () => {
  const second = 'approval_1769086563492_4coggtrud';
  await using stage = await openStage({
    browser: { ...phone, viewport: { width: 320, height: 640 } },
    prepare: (root) =>
      writeFiles(root, {
        ...files,
        [approvalPath(second)]: approvalText(second, { title: 'Design, again', createdAt: '2026-01-23T12:56:03.491Z' }),
      }),
  });
  const { page, root, world } = stage;
  await page.goto(new URL('/#/inbox', world.url).href);
  const line = page.getByRole('article').filter({ hasText: 'Design, again' });
  await line.getByText('+2 −2 since version 1').waitFor();
  await line.getByText('checkout · shop · laptop').waitFor();
  assert.match((await page.getByRole('article').first().textContent()) ?? '', /Design of <b>/, 'the oldest on top');
  await checkAxe(page, 'Inbox');

  await goTo(stage, firstId);
  await page.getByRole('link', { name: 'Design, again' }).tap();
  await page.getByText('1 older request about the same file').waitFor();
  await checkAxe(page, 'Review on a small phone');
  await page.getByRole('button', { name: 'Withdraw it' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).tap();
  await eventually(async () => !existsSync(join(root, approvalPath(firstId))));
  await page.getByText('1 older request about the same file').waitFor({ state: 'detached' });
  assert.equal((await statusOf(stage, second)).status, 'pending');
});

test('when the text changes under the reader, nothing is decided before they have seen what changed', async () => {
  await using stage = await openStage({ browser: phone, prepare: (root) => writeFiles(root, files) });
  const { page, root } = stage;
  await goTo(stage, firstId);
  const approve = page.getByRole('button', { name: 'Approve', exact: true });
  await approve.waitFor();
  assert.equal(await approve.isEnabled(), true);

  // What else an agent writes meanwhile draws the text no second time: a selection stays.
  await page.getByRole('link', { name: 'Document' }).tap();
  await page.locator('.markdown').getByText('Line 9 of the design.').waitFor();
  // Code takes a comment as well.
  await page.evaluate(selectWords('give up(2 minutes)'));
  await page.getByRole('button', { name: 'Comment on the selection' }).tap();
  await page.getByLabel('What should the agent know?').fill('5, not 2');
  await page.getByRole('button', { name: 'Add comment' }).tap();
  await page.locator('.markdown pre + [data-note]').getByText('5, not 2').waitFor();
  await page.getByRole('button', { name: 'Remove comment' }).tap();
  await page.evaluate(selectWords('Line 9 of the design.'));
  await page.evaluate('globalThis.selected = getSelection().anchorNode');
  const older = approvalText('older', { title: 'Older', createdAt: '2026-01-20T12:56:03.491Z' });
  await writeFiles(root, { [approvalPath('older')]: older });
  await page.getByText('1 older request about the same file').waitFor();
  await page.getByRole('button', { name: 'Comment on the selection' }).tap();
  await page.getByRole('dialog').getByText('Line 9 of the design.').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await page.evaluate('globalThis.selected.isConnected'), true);
  await page.getByRole('link', { name: /^Since version/ }).tap();

  await renameOver(root, design, asked.replace('Line 7 of', 'Line seven of'));
  await page.getByText('The text has changed since you read it +1 −1').waitFor();
  assert.equal(await approve.isEnabled(), false);
  await page.getByRole('button', { name: 'Show what changed' }).tap();
  await page.locator('.review-said .diff .added').getByText('seven').waitFor();
  await page.getByRole('button', { name: 'Decide on the new text' }).tap();
  await page.getByText(/ of 2 changes seen/).waitFor();
  await page.getByLabel('Compared with').selectOption('0');
  await page.getByRole('link', { name: /^Changes \+\d+ −0/ }).waitFor();
  await approve.tap();
  await eventually(async () => (await statusOf(stage, firstId)).status === 'approved');
});

test('10,000 new lines are read and decided on without a pause', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, { ...files, [design]: Array.from({ length: 10_000 }, (_, at) => `- line ${at}`).join('\n') }),
  });
  const { page } = stage;
  await goTo(stage, firstId);
  await page.getByRole('button', { name: /^Show 500 more of/ }).waitFor();
  assert.ok((await page.locator('.diff-line').count()) < 1500);
  await page.getByRole('button', { name: 'Comment on line 40', exact: true }).tap();
  await page.getByRole('dialog').getByText('- line 39').waitFor();
});
