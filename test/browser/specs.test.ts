/** The list of specs, its views, the board and the graph, as a thumb and a keyboard find them, with thousands of specs. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeSmallProject, specText, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

const statuses = ['planned', 'in-progress', 'complete', 'planned'];

/** Files of specs; each but the first depends on the one before where `linked`. */
function manySpecs(count: number, linked = false): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => {
      const name = (number: number) => `${String(number).padStart(4, '0')}-a-spec-of-many`;
      const needs = linked && at > 0 ? { depends_on: `[${name(at - 1)}]` } : {};
      const fields = { status: statuses[at % statuses.length] ?? '', priority: 'high', tags: '[one, two]', ...needs };
      return [`specs/${name(at)}/README.md`, specText(`Spec ${at} of very many`, fields, '- [ ] A task\n')];
    }),
  );
}

/** A phone on the specs of a project with these files. */
async function openSpecs(files: Record<string, string>) {
  const stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await writeFiles(root, files);
  const machine = await world.startMachine('laptop', [root]);
  const browser = stack.use(await openBrowser(undefined, phone));
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  const at = `${world.url}/#/m/${machine.id}/specs`;
  await page.goto(at);
  await page.locator('.spec-row').first().waitFor();
  return { page, root, at, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const scrolled = (page: Page) => page.evaluate<number>('Math.round(scrollY)');
const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement.closest("[aria-posinset]")?.getAttribute("aria-posinset") ?? ""');

test('5,000 specs: the page holds what is seen, arrows go on, and back leads to the same place', {
  timeout: 240_000,
}, async () => {
  await using held = await openSpecs(manySpecs(5000));
  const { page, at } = held;
  await page.goto(`${at}?status=all`);
  await eventually(
    async () => /All 50\d\d/.test((await page.getByRole('button', { name: /^All/ }).textContent()) ?? ''),
    { timeoutMs: 120_000 },
  );
  const rows = () =>
    page.evaluate<number>(`[...document.querySelectorAll('.spec-row')]
    .filter((row) => row.getBoundingClientRect().bottom <= document.querySelector('.bottom-bar').getBoundingClientRect().top).length`);
  // While the first upload goes on, a line that says so takes the place of a row.
  await eventually(async () => (await rows()) >= 8, { timeoutMs: 60_000 });
  const nodes = await page.evaluate<number>('document.querySelectorAll("*").length');
  assert.ok(nodes < 2500, `${nodes} nodes`);

  await page.locator('.spec-row a.title').first().focus();
  for (let step = 0; step < 30; step += 1) {
    const before = await focused(page);
    await page.keyboard.press('ArrowDown');
    await eventually(async () => (await focused(page)) !== before);
  }
  assert.equal(await focused(page), '32');

  await page.evaluate('scrollTo(0, 6000)');
  // Rows that are measured now move the place a little.
  let place = -1;
  await eventually(
    async () => {
      const before = place;
      place = await scrolled(page);
      return place === before && place > 5000;
    },
    { everyMs: 200 },
  );
  // The same place is where the row is that was followed: those above it may be of another height now.
  const href = await page.locator('.spec-row a.title').nth(8).getAttribute('href');
  const row = page.locator(`.spec-row a.title[href="${href}"]`);
  const top = async () => Math.round((await row.boundingBox())?.y ?? -1);
  const left = await top();
  await row.tap();
  await page.locator('.markdown').first().waitFor();
  await page.goBack();
  await eventually(async () => Math.abs((await top()) - left) <= 2).catch(async () => assert.equal(await top(), left));
});

test('a card of the board moves by its menu, and the file says so', { timeout: 400_000 }, async () => {
  await using held = await openSpecs(manySpecs(40));
  const { page, at, root } = held;
  await page.goto(`${at}?view=board`);
  await page.getByRole('button', { name: 'Move Spec 36 of very many' }).tap();
  await page.getByRole('dialog').getByText('In progress').tap();
  const column = page.getByRole('region', { name: 'In progress' });
  await column.getByRole('link', { name: /Spec 36 of/ }).waitFor();
  const file = join(root, 'specs/0036-a-spec-of-many/README.md');
  await eventually(async () => /status: in-progress/.test(await readFile(file, 'utf8')), { timeoutMs: 20_000 });
});

test('the graph draws what depends on what, lists the same, and says so where it is too much', {
  timeout: 120_000,
}, async () => {
  await using held = await openSpecs(manySpecs(300, true));
  const { page, at } = held;
  await page.goto(`${at}?view=graph&status=in-progress`);
  await page.getByText('No dependencies').waitFor();
  await page.goto(`${at}?view=graph`);
  await page.getByText('too many to draw').waitFor();
  await page.goto(`${at}?view=graph&q=spec+1`);
  await page.locator('.graph .node').first().waitFor();
  await page
    .getByRole('list', { name: 'Dependencies' })
    .getByRole('link', { name: /Spec 11 of/ })
    .tap();
  await page.getByRole('heading', { name: 'Spec 11 of very many' }).first().waitFor();
});

test('what is filtered is saved as a view, and one tap shows it again', { timeout: 400_000 }, async () => {
  await using held = await openSpecs(manySpecs(40));
  const { page, at } = held;
  await page.goto(`${at}?status=complete&order=title`);
  await page.getByRole('button', { name: 'Order, view and filters' }).tap();
  await page.getByLabel('Name of the view').fill('Done, by title');
  await page.getByRole('button', { name: 'Save view' }).tap();
  await page.getByRole('dialog').getByRole('button', { name: 'Done, by title', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.goto(at);
  await page.getByRole('button', { name: 'Done, by title' }).tap();
  await eventually(() => page.url().includes('status=complete'));
  await page.getByRole('heading', { name: /^Complete/ }).waitFor();
});
