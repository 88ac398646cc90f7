/** On a real phone no screen pans sideways, and the bottom bar is where the thumb is. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { copyRealProject, realProjectsMissing, specText, writeFiles } from '../kit/projects.ts';
import { makeScreensProject, type Screen, screensOf } from '../kit/screens.ts';
import { openWorld, type World } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

/** Px of the screens: a small phone, a usual one, a tablet, and a phone on its side. */
const sizes = [
  { width: 320, height: 640 },
  { width: 390, height: 844 },
  { width: 820, height: 1180 },
  { width: 844, height: 390 },
];

/** What a thumb would find wrong on the page; nothing where all is well. Of what is seen: a page that is too wide makes the ground of fixed things larger than the screen. */
const look = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const found = scrollWidth === clientWidth ? [] : [scrollWidth + ' px wide on ' + clientWidth];
  const bar = document.querySelector('.bottom-bar')?.getBoundingClientRect();
  const { width, height } = visualViewport;
  const isInside = bar && bar.height > 0 && bar.left >= 0 && bar.right <= width + 1 && bar.bottom <= height + 1;
  if (!isInside) found.push('the bottom bar is at ' + JSON.stringify(bar) + ' of ' + width + ' x ' + height);
  const linesOf = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length;
  };
  const broken = [...document.querySelectorAll('.card .number')].find((number) => linesOf(number) > 1);
  if (broken) found.push('the number ' + broken.textContent + ' is broken over several lines');
  return found;
})()`;

const word = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft';
const row = `|${' a cell of a table that is wide |'.repeat(12)}\n`;
/** A spec whose title, tag, reference, box, code, link and table are each wider than a phone. */
const longWords = specText(
  word.repeat(2),
  { status: 'in-progress', tags: `[${word}, short]`, depends_on: `[${word}]` },
  `${row}|${'---|'.repeat(12)}\n${row}\n- [ ] ${word.repeat(2)}\n\n\`${word}\` https://example.com/${word}\n`,
);

/** Opens each screen at each size on a phone, and says by its name what is wrong. */
async function walk(world: World, screens: Record<string, Screen>): Promise<string[]> {
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.card').first().waitFor();
  const found: string[] = [];
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const [name, [fragment, drawn]] of Object.entries(screens)) {
      await page.goto(`${world.url}/${fragment}`);
      await page.locator(drawn).first().waitFor();
      for (const text of (await page.evaluate(look)) as string[])
        found.push(`${name}, ${size.width} x ${size.height}: ${text}`);
    }
  }
  return found;
}

test('no screen pans sideways on a phone, and its bottom bar is always there', { timeout: 400_000 }, async () => {
  await using world = await openWorld();
  const root = await makeScreensProject(join(world.folder, 'shop'));
  await writeFiles(root, { 'specs/999-long-words/README.md': longWords });
  const { id } = await world.startMachine('laptop', [root]);
  const project = (await world.call<Machine>('GET', `/v1/machines/${id}`)).projects[0]?.id ?? '';
  const found = await walk(world, {
    ...screensOf(id, project),
    'long words': [`#/m/${id}/p/${project}/spec/specs%2F999-long-words`, '.markdown .tick'],
    'nothing found': [`#/m/${id}/specs?q=unheardof`, '.empty'],
    gone: ['#/m/gone-for-good/specs', '.empty'],
  });
  assert.deepEqual(found, []);
});

test('nor with hundreds of real specs', { timeout: 400_000, skip: realProjectsMissing }, async () => {
  await using world = await openWorld();
  const roots = await Promise.all(
    (['lean-spec', 'spec-workflow'] as const).map((name) => copyRealProject(name, world.folder)),
  );
  const { id } = await world.startMachine('laptop', roots);
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${id}`);
  const at = `#/m/${id}`;
  const [lean, workflow] = ['lean-spec', 'spec-workflow'].map(
    (name) => `${at}/p/${projects.find((project) => project.name === name)?.id}`,
  );
  const checkout = encodeURIComponent('.spec-workflow/specs/session-pool-state-drift-fix');
  const found = await walk(world, {
    list: [`${at}/specs?view=list`, '.card'],
    board: [`${at}/specs?view=board`, '.board .card'],
    graph: [`${at}/specs?view=graph`, '.graph'],
    project: [`${lean}/specs`, '.card'],
    spec: [`${lean}/spec/specs%2F067-monorepo-core-extraction`, '.markdown .tick'],
    tasks: [`${workflow}/spec/${checkout}?doc=${checkout}%2Ftasks.md`, '.markdown .tick'],
    documents: [`${at}/documents`, '.row-title'],
    steering: [`${workflow}/steering`, '.markdown p'],
    document: [`${workflow}/document/${encodeURIComponent('.spec-workflow/steering/product.md')}`, '.markdown p'],
    machines: [`${at}/machines`, '.rows'],
    activity: [`${at}/activity`, 'h1'],
  });
  assert.deepEqual(found, []);
});
