/**
 * `npm run bench:join [rounds]`: a second person joins a terminal in which somebody is in the middle of `vim`: from the tap on its row, in a browser
 * that has shown no terminal yet, to vim's text on the screen. Beside it, in the same browser, the tap on a spec to its text.
 */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { openBrowser, phone } from '../../test/kit/browser.ts';
import { programOf } from '../../test/kit/parts.ts';
import { programs, writePolicy } from '../../test/kit/policy.ts';
import { makeSmallProject, writeFiles } from '../../test/kit/projects.ts';
import { openWorld } from '../../test/kit/world.ts';
import { buildApp } from '../build-pwa.ts';
import { calibrate } from './calibration.ts';
import { percentile } from './statistics.ts';

const [rounds = 5] = process.argv.slice(2).map(Number);
const poem = 'roses-are-red';

await buildApp();
console.log(`${rounds} rounds; ${await calibrate()}`);
await using world = await openWorld();
const root = await makeSmallProject(join(world.folder, 'shop'));
await writeFiles(root, { 'poem.txt': Array.from({ length: 500 }, () => poem).join('\n') });
await writePolicy(join(world.folder, 'bridge-laptop'), { kinds: programs });
const machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh' });
const argv = [programOf('vim'), '-N', '-n', '-i', 'NONE', '-u', 'NONE', 'poem.txt'];
const { problem } = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24, title: 'Vim', argv });
if (problem !== undefined) throw new Error(problem.title);

await using first = await openBrowser(undefined, { viewport: { width: 1280, height: 800 } });
const typist = await openSessions(first.context.newPage());
await typist.getByRole('link', { name: /Vim/ }).click();
await typist.locator('.xterm-rows').getByText(poem).first().waitFor();
await typist.keyboard.type('iHello');

const [joins, specs]: [number[], number[]] = [[], []];
for (let round = 0; round < rounds; round++) {
  await using browser = await openBrowser(undefined, phone);
  const page = await openSessions(browser.context.newPage());
  joins.push(await tapUntil(page, page.getByRole('link', { name: /Vim/ }), '.xterm-rows', `Hello${poem}`));
  await page.goto(`${world.url}/#/specs`);
  specs.push(await tapUntil(page, page.locator('.card').first(), '.markdown', ''));
}
const [joined, spec] = [percentile(joins, 0.5), percentile(specs, 0.5)];
console.log(
  `  tap → vim’s screen: p50 ${joined.toFixed(0)} ms, at most ${Math.max(...joins).toFixed(0)} (aim: at most 1,000); ${(joined / spec).toFixed(2)} × a tap on a spec → its text (${spec.toFixed(0)} ms)`,
);

async function openSessions(opening: Promise<Page>): Promise<Page> {
  const page = await opening;
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.goto(`${world.url}/#/sessions`);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.evaluate(() => document.fonts.ready);
  return page;
}

/** Ms from a tap to the frame after the text is there. */
async function tapUntil(page: Page, target: Locator, selector: string, text: string): Promise<number> {
  await target.waitFor();
  await page.evaluate(`void (window.shown = new Promise((resolve) => {
    addEventListener('click', ({ timeStamp }) => {
      const look = () => document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(text)})
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - timeStamp)))
        : requestAnimationFrame(look);
      look();
    }, { capture: true, once: true });
  }))`);
  await target.tap();
  return await page.evaluate<number>('window.shown');
}
