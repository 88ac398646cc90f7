/** What people have set on their device is kept: large text, less motion, colours of their own. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { makeScreensProject, type Screen, screensOf } from '../kit/screens.ts';
import { openWorld, type World } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

interface Opened {
  readonly world: World;
  readonly screens: Record<string, Screen>;
}

async function openShop(stack: AsyncDisposableStack): Promise<Opened> {
  const world = stack.use(await openWorld());
  const root = await makeScreensProject(join(world.folder, 'shop'));
  const { id } = await world.startMachine('laptop', [root]);
  const project = (await world.call<Machine>('GET', `/v1/machines/${id}`)).projects[0]?.id ?? '';
  return { world, screens: screensOf(id, project) };
}

/** Signs in, opens each screen, and says by its name what `look` finds there. */
async function walk(page: Page, { world, screens }: Opened, look: string): Promise<string[]> {
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('main').waitFor();
  const found: string[] = [];
  for (const [name, [fragment, drawn]] of Object.entries(screens)) {
    await page.goto(`${world.url}/${fragment}`);
    await page.locator(drawn).first().waitFor();
    for (const text of (await page.evaluate(look)) as string[]) found.push(`${name}: ${text}`);
  }
  return found;
}

/** Everything that is read, not only headings: the base of a page is 16 px where nobody asked for more. */
const smallText = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const found = scrollWidth > clientWidth ? [scrollWidth + ' px wide on ' + clientWidth] : [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const box = node.parentElement;
    if (node.data.trim() === '' || !box.checkVisibility() || box.closest('script, style, option')) continue;
    const size = Number.parseFloat(getComputedStyle(box).fontSize);
    if (size < 20) found.push('"' + node.data.trim().slice(0, 30) + '" is ' + size + ' px');
  }
  const bar = document.querySelector('.bottom-bar');
  if (bar.scrollWidth > bar.clientWidth) found.push('the bottom bar is ' + bar.scrollWidth + ' px wide');
  return [...new Set(found)];
})()`;

test('text set to 200 % is twice as large everywhere, and nothing pans sideways', { timeout: 400_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const opened = await openShop(stack);
  const browser = stack.use(await openBrowser(undefined, phone));
  const page = await browser.context.newPage();
  const debug = await browser.context.newCDPSession(page);
  await debug.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
  assert.deepEqual(await walk(page, opened, smallText), []);
});

const moving = `[...document.querySelectorAll('*')].flatMap((element) => {
  const { transitionDuration, animationName } = getComputedStyle(element);
  const moves = transitionDuration.split(', ').some((time) => Number.parseFloat(time) > 0) || animationName !== 'none';
  return moves ? [element.tagName + '.' + element.className + ' moves'] : [];
})`;

test('nothing moves for who asked for less motion', { timeout: 400_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const opened = await openShop(stack);
  const browser = stack.use(await openBrowser(undefined, { ...phone, reducedMotion: 'reduce' }));
  const page = await browser.context.newPage();
  assert.deepEqual(await walk(page, opened, moving), []);
});

/** Pressed and not, done and not, must differ by more than a background: forced colours take that away. */
const alike = `[...document.querySelectorAll('[aria-pressed=true], [aria-selected=true], [aria-current]:not([aria-current=false]), [role=checkbox][aria-checked=true]')].flatMap((element) => {
  const other = [...element.parentElement.parentElement.querySelectorAll(element.tagName)].find(
    (one) => one !== element && one.className === element.className && !['true', 'page'].includes(one.getAttribute('aria-current') ?? one.getAttribute('aria-pressed') ?? one.getAttribute('aria-selected') ?? ''),
  );
  if (other === undefined) return [];
  const lookOf = (one) => {
    const { color, backgroundColor, borderBottomColor, borderBottomWidth, fontWeight, outlineStyle, textDecorationLine } = getComputedStyle(one);
    return [color, backgroundColor, borderBottomColor, borderBottomWidth, fontWeight, outlineStyle, textDecorationLine].join();
  };
  return lookOf(element) === lookOf(other) ? [element.outerHTML.slice(0, 120) + ' looks as if it was not chosen'] : [];
})`;

test('what is chosen is seen in forced colours', { timeout: 400_000 }, async () => {
  await using stack = new AsyncDisposableStack();
  const opened = await openShop(stack);
  const browser = stack.use(await openBrowser(undefined, { ...phone, forcedColors: 'active' }));
  const page = await browser.context.newPage();
  assert.deepEqual(await walk(page, opened, alike), []);
});
