/** Terminals of a real machine in Chromium: full-screen programs after a reload and for a second browser, keys as programs ask for them, a relay that dies in mid-typing, and a recording that is played. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { type Browser, openBrowser, openBrowserOn, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { openMiddlebox } from '../kit/middlebox.ts';
import { programOf, testNeeding } from '../kit/parts.ts';
import { writePolicy } from '../kit/policy.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { keeperPid } from '../kit/sessions.ts';
import { type MachineInWorld, openWorld, type World } from '../kit/world.ts';

const test = testNeeding('chromium');
const withVim = testNeeding('chromium', 'vim');

let world: World;
let machine: MachineInWorld;
let root: string;
before(async () => {
  await buildApp();
  world = await openWorld();
  root = await makeSmallProject(join(world.folder, 'shop'));
  await writePolicy(dataOf(), { kinds });
  machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
});
const kinds = { 'terminal-open': 'allow', 'terminal-close': 'allow' } as const;
const dataOf = () => join(world.folder, 'bridge-laptop');
after(async () => await world?.[Symbol.asyncDispose]());

/** Draws as vim does and redraws as htop does, asks for bracketed paste and kitty's keys, and shows what it gets. */
const program = `
process.stdin.setRawMode(true);
process.stdout.write('\\x1b[?1049h\\x1b[?2004h\\x1b[>1u\\x1b[?25l\\x1b[2J\\x1b[3;5HFULL SCREEN\\x1b[24;1H-- INSERT --');
let ticks = 0;
setInterval(() => process.stdout.write('\\x1b[6;5Htick ' + ++ticks + '\\x1b[K'), 100);
process.stdin.on('data', (keys) => process.stdout.write('\\x1b[9;5H' + JSON.stringify(String(keys)) + '\\x1b[K'));
`;

async function openTerminal(title: string, argv: readonly string[]): Promise<string> {
  const { result, problem } = await machine.send('terminal-open', {
    ...{ project: 'shop', cols: 80, rows: 24, title, argv },
  });
  assert.equal(problem, undefined);
  return (result as { terminal: string }).terminal;
}

async function signedIn(browser: Browser, url = world.url, link?: string): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(new URL(link ?? (await world.signInLink()), url).href);
  await page.goto(`${url}/#/sessions`);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  return page;
}

const screenOf = (page: Page) => page.locator('.terminal-host .xterm-rows');
/** What the program redraws is redrawn here: the terminal is heard. */
async function ticksOn(page: Page): Promise<void> {
  const ticks = async () => Number(/tick (\d+)/.exec((await screenOf(page).textContent()) ?? '')?.[1]);
  const first = await ticks();
  await eventually(async () => (await ticks()) > first + 2);
}

const desktop = { viewport: { width: 1280, height: 800 } };

test('a full-screen program is the same after a reload and for a second browser; its keys and pastes are as it asked', async (t) => {
  const terminal = await openTerminal('Full', [process.execPath, '-e', program]);
  await using browser = await openBrowser(undefined, desktop);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Full/ }).click();
  await screenOf(page).getByText('FULL SCREEN').waitFor();
  await page.reload();
  await screenOf(page).getByText('FULL SCREEN').waitFor();
  await screenOf(page).getByText('-- INSERT --').waitFor();
  await ticksOn(page);
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Shift+Enter');
  await screenOf(page).getByText('"\\u001b[13;2u"').waitFor();
  await page.keyboard.press('Enter');
  await screenOf(page).getByText('"\\r"').waitFor();
  await paste(page, 'a\nb');
  await screenOf(page).getByText('"\\u001b[200~a\\rb\\u001b[201~"').waitFor();

  await using other = await openBrowser(undefined, { ...phone, viewport: { width: 390, height: 844 } });
  const hers = await signedIn(other);
  const row = hers.getByRole('link', { name: /Full/ });
  await row.waitFor();
  // What a tab has opened once it has loaded.
  await hers.evaluate(() => document.fonts.ready);
  const began = performance.now();
  await row.tap();
  await screenOf(hers).getByText('FULL SCREEN').waitFor();
  t.diagnostic(`a second browser saw the screen after ${Math.round(performance.now() - began)} ms`);
  await screenOf(hers).getByText('"\\u001b[200~a\\rb\\u001b[201~"').waitFor();
  await ticksOn(hers);
  assert.equal((await machine.send('terminal-close', { terminal })).state, 'done');
});

/** Pastes into the terminal as a keyboard does. */
const paste = (page: Page, text: string) =>
  page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', pasted);
    document
      .querySelector('.xterm-helper-textarea')
      ?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, text);

/** With kitty's keys, and with an indentation that spoils what is pasted line by line. */
const vimrc = 'set t_TI=\x1b[=1;1u t_TE=\x1b[=0;1u autoindent\ninoremap <S-CR> (shift enter)<CR>\n';

withVim(
  'vim takes Shift+Enter and pastes after a reload; another person joins and types; restarts change nothing',
  async (t) => {
    const [rc, file] = [join(world.folder, 'vimrc'), join(root, 'poem.txt')];
    await writeFile(rc, vimrc);
    await openTerminal('Vim', [programOf('vim'), '-N', '-n', '-i', 'NONE', '-u', rc, 'poem.txt']);
    await using profile = await openTemporaryFolder();
    await using other = await openBrowser(undefined, { ...phone, viewport: { width: 390, height: 844 } });
    const invitation = await world.call<{ url: string }>('POST', '/v1/invitations', { name: 'Ada', role: 'member' });
    const hers = await signedIn(other, world.url, invitation.url);
    let address: string;
    {
      await using browser = await openBrowserOn(profile.path, desktop);
      const page = await signedIn(browser);
      await page.getByRole('link', { name: /Vim/ }).click();
      await screenOf(page).getByText('"poem.txt" [New]').waitFor();
      await page.keyboard.type('iRoses are red');
      await screenOf(page).getByText('Roses are red').waitFor();
      await page.reload();
      await screenOf(page).getByText('Roses are red').waitFor();
      await screenOf(page).getByText('-- INSERT --').waitFor();
      await page.locator('.xterm-helper-textarea').focus();
      await page.keyboard.press('Shift+Enter');
      await screenOf(page).getByText('Roses are red(shift enter)').waitFor();
      await paste(page, '  two\n    four\nnone');
      await screenOf(page).getByText('none').waitFor();

      const began = performance.now();
      await hers.getByRole('link', { name: /Vim/ }).tap();
      await screenOf(hers).getByText('Roses are red(shift enter)').waitFor();
      await screenOf(hers).getByText('-- INSERT --').waitFor();
      t.diagnostic(`a second browser saw vim after ${Math.round(performance.now() - began)} ms`);
      address = page.url();
    }
    await machine.bridge().end();
    await machine.startBridge();
    await world.restartApi();
    await using browser = await openBrowserOn(profile.path, desktop);
    const page = await browser.context.newPage();
    await page.goto(address);
    await screenOf(page).getByText('Roses are red(shift enter)').waitFor();
    await screenOf(page).getByText('-- INSERT --').waitFor();
    await page.locator('.xterm-helper-textarea').focus();
    await page.locator('.terminal-status', { hasText: /live|polling/ }).waitFor();
    await page.keyboard.type(' at last');
    await screenOf(hers).getByText('none at last').waitFor();
    // Each sees who else is in it and who typed last, and it has the size of that screen.
    const { person } = await world.call<{ person: { name: string } }>('GET', '/v1/me');
    const status = (of: Page, text: string) => of.locator('.terminal-status', { hasText: text }).waitFor();
    await status(hers, `${person.name} (typed last)`);
    const sizeOn = async (of: Page) =>
      /\d+ × \d+/.exec((await of.locator('.terminal-status').textContent()) ?? '')?.[0];
    const wide = await sizeOn(page);
    await eventually(async () => (await sizeOn(hers)) === wide);
    await hers.getByLabel('Type into the terminal').pressSequentially('!');
    await status(page, 'Ada (typed last)');
    await status(hers, 'you (typed last)');
    await eventually(async () => (await sizeOn(page)) !== wide);
    await screenOf(page).getByText('none at last!').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.type(':x\n');
    await hers.getByText('This terminal ended with 0').waitFor();
    assert.equal(await readFile(file, 'utf8'), 'Roses are red(shift enter)\n  two\n    four\nnone at last!\n');
  },
);

/** How many rows with text there are, and how many of them lie whole within the terminal's room. */
const rowsSeen = (page: Page) =>
  page.evaluate(() => {
    const host = document.querySelector('.terminal-host') as Element;
    const { top, bottom } = host.getBoundingClientRect();
    const rows = [...host.querySelectorAll('.xterm-rows > div')].filter((row) => row.textContent?.trim());
    const seen = rows.map((row) => row.getBoundingClientRect()).filter((at) => at.top >= top && at.bottom <= bottom);
    return [rows.length, seen.length] as const;
  });

for (const [where, options, wide, rooms] of [
  [
    'a phone whose keyboard opens, and that is turned',
    phone,
    [390, 844],
    [
      [390, 500],
      [390, 844],
      [844, 390],
    ],
  ],
  ['a desktop window that gets lower', {}, [1440, 900], [[1440, 420]]],
] as const)
  test(`all that a terminal shows is seen on ${where}`, async () => {
    const terminal = await openTerminal(where, ['sh', '-c', 'seq 1 60; exec cat']);
    await using browser = await openBrowser(undefined, { ...options, viewport: { width: wide[0], height: wide[1] } });
    const page = await signedIn(browser);
    await page.getByRole('link', { name: where }).click();
    await screenOf(page).getByText('60', { exact: true }).waitFor();
    const size = async () => /\d+ × \d+/.exec((await page.locator('.terminal-status').textContent()) ?? '')?.[0];
    const first = await size();
    // Who types gives it the size of this screen.
    await page.locator('.typing .field, .xterm-helper-textarea').last().pressSequentially('here');
    await screenOf(page).getByText('here', { exact: true }).waitFor();
    await eventually(async () => (await size()) !== first);
    for (const [width, height] of rooms) {
      const before = await size();
      await page.setViewportSize({ width, height });
      await eventually(async () => (await size()) !== before);
      await eventually(async () => {
        const [rows, seen] = await rowsSeen(page);
        return rows > 2 && seen === rows;
      });
    }
    assert.equal((await machine.send('terminal-close', { terminal })).state, 'done');
  });

testNeeding('chromium', 'top')('top redraws itself on the screen, also after a reload', async () => {
  const terminal = await openTerminal('Top', [programOf('top')]);
  await using browser = await openBrowser(undefined, desktop);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Top/ }).click();
  await screenOf(page).getByText('PID').first().waitFor();
  await page.reload();
  await screenOf(page).getByText('PID').first().waitFor();
  const first = await screenOf(page).textContent();
  await eventually(async () => (await screenOf(page).textContent()) !== first);
  assert.equal(await screenOf(page).getByText('PID').count(), 1);
  assert.equal((await machine.send('terminal-close', { terminal })).state, 'done');
});

test('a terminal whose keeper is killed says so on its screen', async () => {
  await openTerminal('Taken down', ['cat']);
  await using browser = await openBrowser(undefined, desktop);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Taken down/ }).click();
  await screenOf(page).waitFor();
  process.kill((await keeperPid(machine.data)) ?? assert.fail('no keeper'), 'SIGKILL');
  await page.getByText('ended: the process that held it was lost').first().waitFor();
});

test('a relay that dies while somebody types loses no key and doubles none', async () => {
  const file = join(root, 'typed.txt');
  await openTerminal('Types', ['sh', '-c', 'stty -echo; echo ready; cat > typed.txt']);
  await using browser = await openBrowser(undefined, desktop);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Types/ }).click();
  await screenOf(page).getByText('ready').waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  const type = async (from: number, to: number) => {
    for (let number = from; number < to; number++) await page.keyboard.type(`n${number}.`);
    await page.keyboard.press('Enter');
  };
  await type(0, 20);
  const restarted = world.restartApi('SIGKILL');
  await type(20, 40);
  await restarted;
  await type(40, 60);
  const wanted = Array.from({ length: 60 }, (_, number) => `n${number}.`).join('');
  await eventually(async () => (await readFile(file, 'utf8')).includes('n59.'), { timeoutMs: 20_000 });
  assert.equal((await readFile(file, 'utf8')).replaceAll('\n', ''), wanted);
  assert.equal(await page.getByText(/^Not typed/).count(), 0);
});

test('what was not typed does not stay in the field of a phone, where the next key would seem to belong to it', async () => {
  await openTerminal('Echoes', ['sh', '-c', 'while read -r line; do echo "<$line>"; done']);
  await using browser = await openBrowser(undefined, phone);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Echoes/ }).tap();
  await page.locator('.terminal-status', { hasText: 'live' }).waitFor();
  const field = page.getByLabel('Type into the terminal');
  const has = async () => await field.inputValue();
  await writePolicy(dataOf(), { kinds: { 'terminal-open': 'refuse' } });
  const refused = page.getByText('Not typed: the policy of laptop does not allow it any more.');
  await eventually(async () => {
    await field.pressSequentially('x');
    return await refused.isVisible();
  });
  await field.pressSequentially('echo one');
  assert.equal(await has(), '');
  await writePolicy(dataOf(), { kinds });
  await eventually(async () => {
    await field.pressSequentially('t');
    return (await has()) === 't';
  });
  await field.pressSequentially('wo');
  assert.equal(await has(), 'two');
  await field.press('Enter');
  await screenOf(page)
    .getByText(/^<x*two>$/)
    .waitFor();

  await field.pressSequentially('abc');
  await screenOf(page).getByText('abc', { exact: true }).waitFor();
  await browser.context.setOffline(true);
  await field.pressSequentially('def');
  await page.clock.setFixedTime(Date.now() + 11_000);
  await page.getByText('Not typed: it could not be sent within 10 s.').waitFor();
  assert.equal(await has(), '');
  await browser.context.setOffline(false);
  await page.locator('.terminal-status', { hasText: 'live' }).waitFor();
  await field.press('Backspace');
  await field.press('Backspace');
  await field.press('Enter');
  await screenOf(page).getByText('<a>', { exact: true }).waitFor();
});

test('of a terminal that is not recorded no recording is offered', async () => {
  await writePolicy(dataOf(), { kinds, record: false });
  await openTerminal('Unrecorded', ['true']);
  await writePolicy(dataOf(), { kinds });
  await using browser = await openBrowser(undefined, phone);
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Unrecorded/ }).tap();
  await page.getByText('This terminal ended with 0').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Recording' }).count(), 0);
  await page.getByRole('button', { name: 'More' }).tap();
  await page.getByText('Select and copy its text').waitFor();
  assert.equal(await page.getByText('Play its recording').count(), 0);
});

test('what is selected is copied, and a tap on the key pastes it on a phone', async () => {
  await openTerminal('Copied', ['sh', '-c', 'echo first words; cat']);
  const clipboard = { permissions: ['clipboard-read', 'clipboard-write'] };
  await using browser = await openBrowser(undefined, { ...desktop, ...clipboard });
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Copied/ }).click();
  const row = screenOf(page).getByText('first words');
  await row.waitFor();
  const { x = 0, y = 0 } = (await row.boundingBox()) ?? {};
  await page.mouse.dblclick(x + 6, y + 6);
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await eventually(async () => (await page.evaluate(() => navigator.clipboard.readText())) === 'first');

  await using other = await openBrowser(undefined, { ...phone, ...clipboard });
  const hers = await signedIn(other);
  await hers.getByRole('link', { name: /Copied/ }).tap();
  await screenOf(hers).getByText('first words').waitFor();
  await hers.evaluate(() => navigator.clipboard.writeText('pasted by a tap'));
  await hers.getByRole('button', { name: 'Paste' }).tap();
  await screenOf(hers).getByText('pasted by a tap').waitFor();
});

test('over a slow line what is typed shows at once, dim, and a password never', async () => {
  const line =
    'printf "$ "; read a; stty -echo; printf "Password: "; read p; stty echo; printf "\\nfinished"; sleep 60';
  await openTerminal('Slow', ['sh', '-c', line]);
  await using network = await openMiddlebox(world.url);
  await using browser = await openBrowser(undefined, desktop);
  const page = await signedIn(browser, network.url);
  await page.getByRole('link', { name: /Slow/ }).click();
  await screenOf(page).getByText('$').waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  network.manner = 'slow';
  await page.keyboard.type('l');
  await screenOf(page).getByText('$ l').waitFor();
  await page.locator('.predicted').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    const layer = document.querySelector('.predicted') as Element;
    const seen: string[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => seen.push(layer.textContent ?? '')).observe(layer, { childList: true });
  });
  await page.keyboard.type('s');
  await screenOf(page).getByText('$ ls').waitFor();
  const began = performance.now();
  await page.keyboard.type(' -la');
  await page.locator('.predicted-text', { hasText: ' -la' }).waitFor();
  const shownAfter = performance.now() - began;
  assert.equal(await screenOf(page).getByText('$ ls -la').count(), 0);
  await screenOf(page).getByText('$ ls -la').waitFor();
  await page.locator('.predicted-text').waitFor({ state: 'detached' });
  assert.ok(shownAfter < 900, `${Math.round(shownAfter)} ms`);
  // Deleting shows one cursor: the program's own is covered until it moves.
  await page.evaluate(() => {
    const layer = document.querySelector('.predicted') as Element;
    const covered: boolean[] = [];
    Object.assign(globalThis, { covered });
    new MutationObserver(() => {
      const own = document.querySelector('.xterm-cursor')?.getBoundingClientRect();
      const parts = [...layer.querySelectorAll('.predicted-text')].map((part) => part.getBoundingClientRect());
      if (own && parts.length > 0) covered.push(parts.some(({ right }) => right > own.left + 1));
    }).observe(layer, { childList: true });
  });
  await page.keyboard.press('Backspace');
  await page.waitForFunction('covered.length > 0');
  assert.equal(await page.evaluate('covered[0]'), true);
  await page.locator('.predicted-text').first().waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await screenOf(page).getByText('Password:').waitFor();
  await page.keyboard.type('QXZ', { delay: 300 });
  await page.keyboard.press('Enter');
  await screenOf(page).getByText('finished').waitFor();
  const seen = (await page.evaluate('seen')) as string[];
  assert.ok(seen.some((text) => text.includes('-la')));
  assert.deepEqual(
    seen.filter((text) => /[QXZ]/.test(text)),
    [],
  );
});

test('a terminal that has ended is played again, from any place and at another speed', async () => {
  const terminal = await openTerminal('Played', ['sh', '-c', 'echo one; sleep 1; echo two; sleep 1; echo three']);
  await eventually(async () => {
    const { state } = await world.call<{ state: string }>('GET', `/v1/machines/laptop/records/${terminal}`);
    return state === 'ended';
  });
  await using browser = await openBrowser(undefined, { ...phone, colorScheme: 'dark' });
  const page = await signedIn(browser);
  await page.getByRole('link', { name: /Played/ }).tap();
  await page.getByText('This terminal ended with 0').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('link', { name: 'Recording' }).tap();
  await screenOf(page).getByText('three').waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  const position = page.getByRole('slider', { name: 'Position' });
  await page.getByText('0:02 of 0:02').waitFor();
  await position.fill('1.5');
  await screenOf(page).getByText('two').waitFor();
  await eventually(async () => !((await screenOf(page).textContent()) ?? '').includes('three'));
  await page.getByRole('button', { name: 'Speed: 1 times' }).tap();
  await page.getByRole('button', { name: 'Speed: 2 times' }).waitFor();
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violationsOf(page), [], colorScheme);
  }
  await page.getByRole('button', { name: 'Play' }).tap();
  await screenOf(page).getByText('three').waitFor();
  await page.getByRole('button', { name: 'Back' }).tap();
  await page.getByText('This terminal ended with 0').waitFor();
});
