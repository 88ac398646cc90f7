/** Channels in the app's state: each tab that has one open hears it whole and in order over the one stream, and what is typed comes once. */
import type { Page } from 'playwright-core';
import { openApi } from '../kit/api.ts';
import { newToken, openBrowser, openState, type StateWindow, stateOf } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { playMachine } from '../kit/played-machine.ts';

const test = testNeeding('chromium');

interface FollowingWindow extends StateWindow {
  heard: unknown[];
  closing: AbortController;
}

/** Opens a channel in a page; what it hears is read with `heardIn`. */
async function follow(page: Page, record: string): Promise<void> {
  await page.evaluate(async (of) => {
    const here = globalThis as unknown as FollowingWindow;
    here.heard = [];
    here.closing = new AbortController();
    const hear = (event: { type: string; entry?: unknown }) => {
      if (event.type === 'begin' || event.type === 'snapshot') here.heard = [];
      // As a screen that takes an entry for something else.
      if (event.type === 'entry' && typeof (event.entry as Heard['entry'])?.o !== 'string')
        throw new Error('It cannot be read.');
      if (event.type !== 'begin') here.heard.push(event);
    };
    (await here.app.channels()).follow(of, hear, here.closing.signal);
  }, record);
}

/** The text of the snapshot, and the output behind it. */
async function heardIn(page: Page): Promise<string> {
  const heard = await page.evaluate(() => (globalThis as unknown as FollowingWindow).heard as Heard[]);
  const textOf = ({ text, entry }: Heard) => (text === undefined ? (entry?.o ?? '') : JSON.parse(text).text);
  return heard.map(textOf).join('');
}

interface Heard {
  readonly text?: string;
  readonly entry?: { readonly o?: string };
}

const closeIn = (page: Page) => page.evaluate(() => (globalThis as unknown as FollowingWindow).closing.abort());

/** Has the browser take polls for the best that its network allows. */
async function noteThatItPolls(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const opening = indexedDB.open('sallyport');
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const transaction = opening.result.transaction('notes', 'readwrite');
    const ladder = {
      way: 'long-poll',
      until: Date.now() + 3_600_000,
      quickCloses: 0,
      silences: 0,
      cuts: 0,
      holdMs: 25_000,
    };
    transaction.objectStore('notes').put(ladder, 'ladder');
    await new Promise((resolve) => transaction.addEventListener('complete', resolve));
    opening.result.close();
  });
}

test('two tabs hear a channel over one stream, from its snapshot on, and the one that stays goes on without a gap; by polls too', async () => {
  await using world = await openApi();
  await using browser = await openBrowser();
  await using machine = await playMachine(world);
  await machine.terminal('terminal-1');
  await machine.write('terminal-1', { o: 'old' });
  await machine.screen('terminal-1', '$ ');
  const one = await openState(browser.context, world.url, await newToken(world));
  await eventually(async () => (await stateOf(one)).connection.rung === 'live');
  await follow(one, 'terminal-1');
  await eventually(async () => (await heardIn(one)) === '$ ');
  const two = await openState(browser.context, world.url);
  await follow(two, 'terminal-1');
  await eventually(async () => (await heardIn(two)) === '$ ');
  await machine.write('terminal-1', { o: 'ls' });
  for (const page of [one, two]) await eventually(async () => (await heardIn(page)) === '$ ls');
  await one.close();
  await machine.write('terminal-1', { r: [] }, { o: ' -l' });
  await eventually(async () => (await heardIn(two)) === '$ ls -l');
  await noteThatItPolls(two);
  await two.close();

  const page = await openState(browser.context, world.url);
  await eventually(async () => (await stateOf(page)).connection.rung === 'polling');
  await follow(page, 'terminal-1');
  await eventually(async () => (await heardIn(page)) === '$ ls -l');
  await machine.write('terminal-1', { o: '\n' }, { o: 'total 0' });
  await eventually(async () => (await heardIn(page)) === '$ ls -l\ntotal 0');
  // More than travels in the stream: it is fetched.
  const large = Array.from({ length: 6000 }, (_, line) => `${line} ${Math.sin(line)}`).join('\n');
  await machine.screen('terminal-1', large);
  await closeIn(page);
  await follow(page, 'terminal-1');
  await eventually(async () => (await heardIn(page)) === large);
  const keys = 'abcdefghij'.repeat(3);
  await page.evaluate(async (all) => {
    const { app } = globalThis as unknown as StateWindow;
    const typed = (await app.channels()).inputs('terminal-1', { dropped: () => {}, taken: () => {} });
    for (const key of all) typed.send(key);
  }, keys);
  await eventually(() => machine.inputs.map(({ input }) => input).join('') === keys);
});
