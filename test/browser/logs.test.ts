/** What was implemented is read on the phone: searched as one types, by task, and by the names of what exists, without a network too. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import { readLog, writeLog } from '#contract/grammar/implementation-log.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { keptOffline, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const base = '.spec-workflow/specs/checkout';

/** A log of a task, whose function has a name. */
function logOf(taskId: string, summary: string, name: string): Record<string, string> {
  const text = writeLog({
    id: `id-${taskId}`,
    taskId,
    timestamp: `2026-01-0${taskId}T10:00:00.000Z`,
    summary,
    filesModified: [`src/${name}.ts`],
    filesCreated: [],
    statistics: { linesAdded: 10, linesRemoved: 3, filesChanged: 1 },
    artifacts: {
      functions: [{ name, purpose: '<img src=x onerror=alert(1)>', location: `src/${name}.ts:7`, isExported: true }],
    },
  });
  return { [`${base}/Implementation Logs/task-${taskId}.md`]: text };
}

test('the logs of a spec are found by words, by task and by what exists, offline too', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        [`${base}/tasks.md`]: '- [x] 1. Pay\n- [x] 2. Refund\n',
        ...logOf('1', 'Cards are charged once', 'chargeCard'),
        ...logOf('2', 'Refunds are queued', 'queueRefund'),
      }),
  });
  const { page } = stage;
  const { items } = await stage.world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects');
  const project = `${stage.world.url}/#/m/${stage.machine.id}/p/${items[0]?.id}`;
  await page.goto(`${project}/spec/${encodeURIComponent(base)}`);
  await page.getByRole('link', { name: 'Logs', exact: true }).click();
  await page.getByText('shop / checkout').waitFor();
  await page.goto(`${project}/documents`);
  await page.getByRole('link', { name: 'Search the logs, and find what exists' }).click();
  const cards = page.locator('.log');
  await cards.filter({ hasText: 'Refunds are queued' }).waitFor();
  assert.match((await cards.first().textContent()) ?? '', /Task 2/, 'newest first');
  await page.getByText('2 logs · 2 files modified').waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await stage.browser.context.setOffline(true);
  await page.getByRole('searchbox', { name: 'Find in the logs' }).fill('CHARGECARD once');
  await cards.filter({ hasText: 'Refunds' }).waitFor({ state: 'detached' });
  assert.equal(await cards.count(), 1);
  await page.getByRole('searchbox').fill('');
  await page.getByRole('combobox', { name: 'Task' }).selectOption('2');
  await cards.filter({ hasText: 'Cards are charged' }).waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Task' }).selectOption('');
  await page.getByRole('link', { name: 'Find what exists' }).click();
  const functions = page.getByRole('list', { name: 'Functions' }).getByRole('listitem');
  await functions.first().waitFor();
  await page.emulateMedia({ colorScheme: 'dark' });
  assert.deepEqual(await functions.locator('.row-title').allTextContents(), ['chargeCard', 'queueRefund']);
  assert.deepEqual(await violationsOf(page), []);
});

test('without a project one chooses; what is not there is said as it is', async () => {
  await using stage = await openStage({ browser: phone });
  const { page, machine, world } = stage;
  const at = `${world.url}/#/m/${machine.id}`;
  await page.goto(`${at}/logs`);
  await page.getByText('Each project has its own logs.').waitFor();
  await page.getByRole('list', { name: 'Projects' }).getByRole('link', { name: 'shop' }).click();
  await page.getByText('No implementation logs').waitFor();
  await page.goto(`${at}/p/none/logs`);
  await page.getByText('laptop does not watch it.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
});

test('a task says how many logs it has and their totals, offline too, and leads to them', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        [`${base}/tasks.md`]: '- [x] 1. Pay\n  - Charge the card\n- [x] 2. Refund\n- [ ] 3. Send a receipt\n',
        ...logOf('1', 'Cards are charged once', 'chargeCard'),
        ...logOf('2', 'Refunds are queued', 'queueRefund'),
      }),
  });
  const { page, root } = stage;
  const { items } = await stage.world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects');
  const spec = `${stage.world.url}/#/m/${stage.machine.id}/p/${items[0]?.id}/spec/${encodeURIComponent(base)}`;
  await page.goto(`${spec}?doc=${encodeURIComponent(`${base}/tasks.md`)}`);
  const task = page.locator('.task', { hasText: 'Refund' });
  await task.getByRole('link', { name: 'Task 2: 1 log · 1 file · +10 −3 lines' }).waitFor();
  assert.equal(await page.locator('.task-link').count(), 2, 'no link for a task without logs');

  const [again = ''] = Object.values(logOf('2', 'Refunds are sent', 'sendRefund'));
  await writeFiles(root, { [`${base}/Implementation Logs/task-2_again.md`]: again.replace('id-2', 'id-again') });
  const both = task.getByRole('link', { name: '2 logs · 2 files · +20 −6 lines' });
  await both.waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await keptOffline(page);
  await stage.browser.context.setOffline(true);
  await page.locator('.tick:disabled').first().waitFor();
  await both.tap();
  await page.locator('.log', { hasText: 'Refunds are sent' }).waitFor();
  assert.equal(await page.locator('.log').count(), 2, 'the logs of this task alone');
});

test('what was done is logged from its task: each rule is said beside its field, and the log is read back whole', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) => writeFiles(root, { [`${base}/tasks.md`]: '- [x] 1. Pay\n- [ ] 2. Refund\n' }),
  });
  const { page, root } = stage;
  const { items } = await stage.world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects');
  const project = `${stage.world.url}/#/m/${stage.machine.id}/p/${items[0]?.id}`;
  await page.goto(`${project}/spec/${encodeURIComponent(base)}?doc=${encodeURIComponent(`${base}/tasks.md`)}`);
  await page.getByRole('button', { name: 'Task 1: Pay' }).tap();
  await page.getByRole('dialog', { name: 'Task 1' }).getByRole('button', { name: 'Log what was done' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Log what was done' });
  const add = sheet.getByRole('button', { name: 'Add the log' });
  await add.tap();
  await sheet.getByText('Summary is missing.').waitFor();
  await sheet.getByLabel('Summary').fill('Cards are charged **Summary:** once');
  await sheet.getByLabel('Lines added').fill('-3');
  await add.tap();
  await sheet.getByText(/^Must not contain .*the tool would read it as that value\.$/).waitFor();
  await sheet.getByText('Enter a whole number, 0 or more.').waitFor();
  await sheet.getByLabel('Summary').fill('Cards are charged once');
  await sheet.getByLabel('Lines added').fill('12');
  await sheet.getByLabel('Files created').fill('src/pay.ts\nsrc/card.ts');

  await sheet.getByRole('button', { name: '+ Function' }).tap();
  const made = page.getByRole('dialog', { name: 'Function' });
  await made.getByLabel('Name').fill('chargeCard');
  await made.getByLabel('Purpose').fill('yes');
  await made.getByLabel('Location').fill('src/pay.ts:7');
  await made.getByRole('button', { name: 'Add', exact: true }).tap();
  await made.getByText(/^Must not be Yes, No or N\/A alone/).waitFor();
  await made.getByLabel('Purpose').fill('Charges a card');
  await made.getByLabel('Exported').selectOption('no');
  assert.deepEqual(await violationsOf(page), []);
  await made.getByRole('button', { name: 'Add', exact: true }).tap();
  await sheet.getByText('Function chargeCard').waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await sheet.getByLabel('Task', { exact: true }).fill('7');
  await add.tap();
  await sheet.getByText(/There is no task 7 in/).waitFor();
  await sheet.getByLabel('Task', { exact: true }).fill('1');
  await add.tap();
  await sheet.waitFor({ state: 'detached' });
  await page.getByRole('status').getByText('Logged task 1').waitFor();
  const folder = join(root, base, 'Implementation Logs');
  const [name = ''] = await readdir(folder);
  const { id: _, timestamp: __, ...entry } = readLog(await readFile(join(folder, name), 'utf8')) ?? {};
  assert.deepEqual(entry, {
    taskId: '1',
    summary: 'Cards are charged once',
    filesModified: [],
    filesCreated: ['src/pay.ts', 'src/card.ts'],
    statistics: { linesAdded: 12, linesRemoved: 0, filesChanged: 2 },
    artifacts: {
      functions: [{ name: 'chargeCard', purpose: 'Charges a card', location: 'src/pay.ts:7', isExported: false }],
    },
  });
  await page.getByRole('link', { name: 'Task 1: 1 log · 2 files · +12 −0 lines' }).tap();
  await page.locator('.log', { hasText: 'Cards are charged once' }).waitFor();
});

test('a log is begun on the screen of the logs too, and waits for a machine that is away', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) => writeFiles(root, { [`${base}/tasks.md`]: '- [x] 1. Pay\n- [ ] 2. Refund\n' }),
  });
  const { page, root, machine } = stage;
  const { items } = await stage.world.call<{ items: { id: string }[] }>('GET', '/v1/machines/laptop/projects');
  await machine.bridge().end();
  await page
    .getByRole('status')
    .getByText(/^Offline since/)
    .waitFor();
  await page.goto(`${stage.world.url}/#/m/${machine.id}/p/${items[0]?.id}/logs`);
  await page.getByRole('button', { name: 'Log what was done' }).tap();
  const sheet = page.getByRole('dialog', { name: 'Log what was done' });
  await sheet.getByText('laptop cannot be reached now.').waitFor();
  await sheet.getByLabel('Task', { exact: true }).fill('2');
  await sheet.getByLabel('Summary').fill('Refunds are queued');
  await sheet.getByRole('button', { name: 'Add it when laptop is back' }).tap();
  await sheet.waitFor({ state: 'detached' });
  await machine.startBridge();
  await page.locator('.log', { hasText: 'Refunds are queued' }).waitFor();
  const [name = ''] = await readdir(join(root, base, 'Implementation Logs'));
  assert.match(name, /^task-2_/);
});
