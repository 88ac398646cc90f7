/** A project over time, on the phone: what is open day by day, what was done week by week, each as a chart with its table, without a network too. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { writeLog } from '#contract/grammar/implementation-log.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { approvalPath, approvalText } from '../kit/approvals.ts';
import { violationsOf } from '../kit/axe.ts';
import { keptOffline, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const base = '.spec-workflow/specs/checkout';
const dayMs = 24 * 60 * 60_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
const tasks = (total: number, done: number) =>
  Array.from({ length: total }, (_, at) => `- [${at < done ? 'x' : ' '}] ${at + 1}. Step ${at + 1}\n`).join('');

/** A log of a task that was done so many days ago. */
function logOf(taskId: string, days: number): Record<string, string> {
  const statistics = { linesAdded: 1, linesRemoved: 0, filesChanged: 1 };
  const about = { taskId, timestamp: daysAgo(days).toISOString(), summary: 'Done', filesModified: ['a.ts'] };
  const text = writeLog({ id: `id-${taskId}`, ...about, filesCreated: [], statistics, artifacts: {} });
  return { [`${base}/Implementation Logs/task-${taskId}.md`]: text };
}

async function rowsOf(page: Page, heading: string): Promise<readonly string[][]> {
  const part = page.locator('.project-part', { has: page.getByRole('heading', { name: heading, exact: true }) });
  if ((await part.locator('details[open]').count()) === 0) await part.getByText('As a table').click();
  const rows = await part.locator('tbody tr').all();
  return await Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
}

test('the page of a project says what is open and what was done, since when it knows it, and works offline', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        [`${base}/tasks.md`]: tasks(10, 6),
        ...logOf('1', 40),
        ...logOf('2', 39),
        [approvalPath('approved-one')]: approvalText('approved-one', {
          status: 'approved',
          respondedAt: daysAgo(40).toISOString(),
        }),
      }),
  });
  const { page, machine } = stage;
  // It has counted for twenty days: three tasks were done, then the bridge saw the three others.
  await machine.bridge().end();
  const file = join(machine.data, 'progress.json');
  const kept = JSON.parse(await readFile(file, 'utf8'));
  const own = kept.counted.find(({ spec }: { readonly spec: string }) => spec === 'checkout');
  own.points = [
    [daysAgo(20).getTime(), 8, 2],
    [daysAgo(12).getTime(), 8, 3],
    [daysAgo(5).getTime(), 10, 4],
  ];
  await writeFile(file, JSON.stringify(kept));
  await machine.startBridge();

  await page.getByRole('button', { name: 'Project pages' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Progress' }).click();
  await page.getByRole('heading', { name: 'Progress', level: 1 }).waitFor();
  await page.getByText('Open 4', { exact: true }).waitFor();
  assert.equal(await page.locator('.chart canvas').count(), 3);
  const open = await rowsOf(page, 'Open tasks');
  assert.deepEqual(
    open.map(([, ...counts]) => counts),
    [
      ['4', '10'],
      ['6', '10'],
      ['5', '8'],
      ['6', '8'],
    ],
    'the newest first, only the days that changed something',
  );
  await page.getByText(/Counted since .*Nobody knows what was open before/).waitFor();
  const weeks = await rowsOf(page, 'Each week');
  assert.equal(weeks.length, 13);
  const sum = (column: number) => weeks.reduce((all, row) => all + (Number(row[column]) || 0), 0);
  // Two by their logs, four as the machine saw them; the log of a task that is counted already counts no task.
  assert.deepEqual([sum(1), sum(3), sum(4), sum(5)], [6, 1, 0, 2]);
  assert.deepEqual(await violationsOf(page), []);

  await keptOffline(page);
  await stage.browser.context.setOffline(true);
  await page.getByRole('link', { name: '90 days' }).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('.chart canvas').first().waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.reload();
  await page.getByText('Open 4', { exact: true }).waitFor();
});
