/** Terminals and runs on the screen: the list, a terminal that is typed into on a phone, its screen after a reload and offline, and who sees nothing of it. */
import assert from 'node:assert/strict';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { limits } from '#contract/limits.ts';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { violationsOf } from '../kit/axe.ts';
import { testProject } from '../kit/bridge-calls.ts';
import { type Browser, keptOffline, newToken, openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { type PlayedMachine, playMachine } from '../kit/played-machine.ts';

const test = testNeeding('chromium');

before(buildApp);

const hour = 3_600_000;
const iso = (ago: number) => new Date(Date.now() - ago).toISOString();

/** The owner allows what runs programs: else nobody may type either. */
const allowing: Policy = { risks: { read: 'allow', write: 'allow', execute: 'allow', destroy: 'refuse' } };

/** A terminal that runs, one that has ended, and a run that failed. */
async function tellSessions(machine: PlayedMachine): Promise<void> {
  await machine.terminal('terminal-1', {
    title: 'Add TTL to orders',
    meta: { cwd: 'api', readers: ['Grace', 'Linus'], typing: 'Linus' },
  });
  await machine.screen('terminal-1', 'see https://example.com/docs.\r\n$ ');
  const ended = { startedAt: iso(3 * hour), endedAt: iso(2 * hour), exitCode: 0 };
  await machine.terminal('terminal-2', { title: 'npm run dev', state: 'ended', meta: ended });
  const argv = ['sh', '-lc', 'npm test'];
  const failed = { argv, startedAt: iso(hour + 6200), endedAt: iso(hour), exitCode: 7 };
  await machine.run('run-number-1', { title: 'npm test', state: 'ended', meta: failed });
  await machine.write('run-number-1', { o: '\x1b[32mpass 41\x1b[0m\n' }, { e: 'fail 1\n' }, { x: { code: 7 } });
}

/** What the page has kept of channels, as text. */
const keptIn = (page: Page) =>
  page.evaluate(async () => {
    const opening = indexedDB.open('sallyport');
    await new Promise((resolve) => opening.addEventListener('success', resolve));
    const reading = opening.result.transaction('channels').objectStore('channels').getAll();
    await new Promise((resolve) => reading.addEventListener('success', resolve));
    opening.result.close();
    return JSON.stringify(reading.result);
  });

/** Two fingers on the terminal, so far from its middle one after another. */
async function pinch(page: Page, apart: readonly number[]): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const send = async (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    await cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
  for (const [at, x] of apart.entries()) {
    const points = [195 - x, 195 + x].map((x) => ({ x, y: 300 }));
    await send(at === 0 ? 'touchStart' : 'touchMove', points);
  }
  await send('touchEnd', []);
}

/** A person who has signed in and looks at the list. */
async function openSessions(world: TestApi, { context }: Browser): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Sessions' }).click();
  return page;
}

const screenOf = (page: Page) => page.locator('.terminal-host .xterm-rows');
const typedInto = ({ inputs }: PlayedMachine, id: string) =>
  inputs.filter(({ channel }) => channel === id).map(({ input }) => input);

test('on a phone: the list, a terminal that is typed into once and in order, its screen after a reload and offline', async () => {
  await using world = await openApi();
  await using machine = await playMachine(world, 'laptop', allowing);
  await tellSessions(machine);
  await using browser = await openBrowser(undefined, phone);
  const page = await openSessions(world, browser);
  await page.getByRole('list', { name: 'Ended' }).getByRole('link').nth(1).waitFor();
  const rows = await page.locator('.row-title').allTextContents();
  assert.deepEqual(rows, ['Add TTL to orders', 'npm test', 'npm run dev']);
  await page.getByRole('link', { name: /npm test.*ended with 7/ }).waitFor();
  await page.getByRole('link', { name: /Add TTL to orders.*Grace, Linus \(typed last\)/ }).waitFor();
  assert.deepEqual(await violationsOf(page), []);

  await page.getByRole('link', { name: /npm test/ }).tap();
  await page.locator('.run-text .err', { hasText: 'fail 1' }).waitFor();
  assert.equal(await page.locator('.run-text .out').textContent(), 'pass 41\n');
  await page.getByText('6.2 s').waitFor();
  const { y = 0, height = 0 } = (await page.locator('.run-text').boundingBox()) ?? {};
  assert.ok(height > 200 && y + height <= 844, `the output ends at ${y + height}`);
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('button', { name: 'Back' }).tap();

  await page.getByRole('link', { name: /Add TTL to orders/ }).tap();
  await screenOf(page).getByText('see https://example.com').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const keysOnScreen = await page.getByRole('toolbar', { name: 'Keys' }).getByRole('button').all();
  // All in sight, and a finger that lands between two keys presses one of them.
  let end = 2;
  for (const key of keysOnScreen) {
    const { x = 0, width = 0, height = 0 } = (await key.boundingBox()) ?? {};
    assert.ok(width >= 38 && height >= 52, `${await key.textContent()} is ${width} × ${height}`);
    assert.ok(Math.abs(x - end) < 0.1, `${await key.textContent()} begins at ${x}, and the one before ends at ${end}`);
    end = x + width;
  }
  assert.ok(end <= 390, `the last key ends at ${end}`);
  // The last tap leaves no frame around what it touched.
  const more = page.getByRole('button', { name: 'More' });
  const frameOf = () => more.evaluate((button) => getComputedStyle(button).borderColor);
  const frame = await frameOf();
  await more.hover();
  assert.equal(await frameOf(), frame);
  // A terminal of another size is looked at more closely, and keeps its size.
  const typePx = () => screenOf(page).evaluate((rows) => Number.parseFloat(getComputedStyle(rows).fontSize));
  const whole = await typePx();
  await pinch(page, [60, 80, 100, 120]);
  await eventually(async () => (await typePx()) > whole);
  await pinch(page, [120, 80, 40, 20]);
  await eventually(async () => (await typePx()) === whole);
  assert.deepEqual(typedInto(machine, 'terminal-1'), []);
  const field = page.getByLabel('Type into the terminal');
  await field.pressSequentially('lx');
  await page.keyboard.press('Backspace');
  await field.pressSequentially('s');
  await page.getByRole('button', { name: 'Enter' }).tap();
  await page.getByRole('button', { name: 'ctrl' }).tap();
  await field.pressSequentially('c');
  await page.getByRole('button', { name: 'Up' }).tap();
  const keys = () => typedInto(machine, 'terminal-1').filter((input) => typeof input === 'string');
  await eventually(() => keys().join('') === 'lx\x7fs\r\x03\x1b[A');
  // Whoever types gives the terminal the size of their screen, before the first key.
  const [first] = typedInto(machine, 'terminal-1') as { size?: [number, number] }[];
  assert.ok((first?.size?.[0] ?? 80) < 60, JSON.stringify(first));
  await machine.write('terminal-1', { r: first?.size }, { o: 'ls\r\nREADME.md\r\n$ ' });
  await screenOf(page).getByText('README.md').waitFor();
  await page.getByText(`${first?.size?.join(' × ')}`).waitFor();
  await pinch(page, [90, 80, 70, 60]);
  const sizes = () => typedInto(machine, 'terminal-1').filter((input) => typeof input !== 'string') as (typeof first)[];
  await eventually(() => (sizes().at(-1)?.size?.[0] ?? 0) > (first?.size?.[0] ?? 80));
  await page.setViewportSize({ width: 844, height: 390 });
  await eventually(async () => {
    const [host, row] = [page.locator('.terminal-host'), screenOf(page).getByText('README.md')];
    const [room, seen] = [await host.boundingBox(), await row.boundingBox()];
    return seen !== null && room !== null && seen.y >= room.y && seen.y + seen.height <= room.y + room.height;
  });
  await page.setViewportSize({ width: 390, height: 844 });

  await page.reload();
  await screenOf(page).getByText('README.md').waitFor();
  await eventually(async () => /\d+ ms|live/.test((await page.locator('.terminal-status').textContent()) ?? ''));
  await eventually(async () => (await keptIn(page)).includes('README.md'));
  await keptOffline(page);
  await browser.context.setOffline(true);
  await page.reload();
  await screenOf(page).getByText('README.md').waitFor();
  await page.getByText(/the screen as it was at/).waitFor();
  await page.locator('.terminal-status', { hasText: 'no connection' }).waitFor();
  assert.equal(await page.locator('.terminal-screen .dot.online').count(), 0);
  await page.getByLabel('Type into the terminal').pressSequentially('x');
  await page.getByText('Not typed: there is no connection to the relay.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
});

test('from the sheet a terminal and a command begin where the policy allows it; where not, it says which line would', async () => {
  await using world = await openApi();
  const named: Policy = { ...defaultPolicy, commands: [{ argv: ['npm', 'test'], verdict: 'allow' }] };
  await using strict = await playMachine(world, 'strict', named);
  await using _vault = await playMachine(world, 'vault', { ...allowing, kinds: { 'terminal-open': 'signed' } });
  await using machine = await playMachine(world, 'open', allowing);
  const asked: object[] = [];
  strict.onCommand = async ({ id, args }) => {
    asked.push(args);
    const meta = { ...{ argv: ['npm', 'test'], command: id }, startedAt: iso(100), endedAt: iso(0), exitCode: 0 };
    await strict.run('run-number-7', { title: 'npm test', state: 'ended', meta });
    return { run: 'run-number-7' };
  };
  machine.onCommand = async ({ id, kind, args }) => {
    asked.push(args);
    if (kind === 'terminal-open') {
      await machine.terminal('terminal-9', { title: 'zsh' });
      await machine.screen('terminal-9', 'welcome $ ');
      return { terminal: 'terminal-9' };
    }
    await machine.run('run-number-9', { title: 'npm test', meta: { argv: ['sh', '-lc', 'npm test'], command: id } });
    await machine.write('run-number-9', { o: 'pass 1' });
    // It runs until it is stopped.
    return await new Promise(() => {});
  };
  await using browser = await openBrowser(undefined, phone);
  const page = await openSessions(world, browser);
  const sheet = page.getByRole('dialog', { name: 'New session' });
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByRole('button', { name: 'strict' }).tap();
  await sheet.getByText('{ "kinds": { "terminal-open": "allow", "terminal-close": "allow" } }').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await sheet.getByRole('button', { name: 'vault' }).tap();
  await sheet.getByText('vault accepts this only from pinned devices').waitFor();
  await sheet.getByText('Create a key of this device').waitFor();
  assert.ok(await sheet.evaluate((dialog) => dialog.matches(':modal')), 'the sheet is no dialog any more');
  await sheet.getByRole('button', { name: 'open', exact: true }).tap();
  await sheet.getByLabel('Folder').fill('api');
  await sheet.getByRole('button', { name: 'Open', exact: true }).tap();
  await screenOf(page).getByText('welcome').waitFor();
  // What has just been opened says so itself.
  await page.locator('.toast').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Back' }).tap();
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByRole('button', { name: 'Run a command' }).tap();
  await sheet.getByRole('button', { name: 'open', exact: true }).tap();
  await sheet.getByLabel('Command').fill('npm test');
  assert.deepEqual(await violationsOf(page), []);
  await sheet.getByRole('button', { name: 'Run it' }).tap();
  await page.locator('.run-text', { hasText: 'pass 1' }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
  await page.locator('.toast').waitFor({ state: 'detached' });
  await page.locator('.run-facts', { hasText: /· \d+ s/ }).waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const [opened, run] = asked as { cwd?: string; cols?: number; command?: string }[];
  // The policy of the other machine names one command: it runs as exactly these words, and again.
  await page.getByRole('button', { name: 'Back' }).tap();
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByRole('button', { name: 'Run a command' }).tap();
  await sheet.getByRole('button', { name: 'strict' }).tap();
  await sheet.getByText('strict lets nobody run other commands').waitFor();
  await sheet.getByRole('button', { name: 'npm test' }).tap();
  assert.equal(await sheet.getByLabel('Command').count(), 0);
  await sheet.getByRole('button', { name: 'Run it' }).tap();
  await page.getByRole('button', { name: 'Again', exact: true }).tap();
  await eventually(() => asked.length === 4);
  const exactly = { project: testProject, argv: ['npm', 'test'], timeoutSeconds: limits.runSecondsMax };
  assert.deepEqual(asked.slice(2), [exactly, exactly]);
  assert.deepEqual([opened?.cwd, run?.command], ['api', 'npm test']);
  assert.ok((opened?.cols ?? 80) < 60);
});

test('axe finds nothing on any screen or sheet of sessions, light or dark; the last commands are there again', async () => {
  await using world = await openApi();
  await using _strict = await playMachine(world, 'strict');
  await using machine = await playMachine(world, 'laptop', allowing);
  await tellSessions(machine);
  await using browser = await openBrowser(undefined, phone);
  const page = await openSessions(world, browser);
  await page.getByRole('list', { name: 'Running' }).getByRole('link').waitFor();
  const { json } = await world.ask<{ person: { name: string } }>('GET', '/v1/me');
  for (let number = 0; number < 11; number++) {
    const [argv, startedAt] = [['sh', '-lc', `npm run ${number}`], iso(hour - number)];
    const meta = { argv, startedAt, endedAt: startedAt, exitCode: 0, by: json.person.name };
    await machine.run(`run-of-mine-${number}`, { title: `npm run ${number}`, state: 'ended', meta });
  }
  const check = async (what: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await violationsOf(page), [], `${what}, ${colorScheme}`);
    }
  };
  const tap = async (name: string) => await page.getByRole('button', { name, exact: true }).tap();
  await page.getByRole('link', { name: /npm run 10/ }).waitFor();
  await check('list');
  await tap('New session');
  const sheet = page.getByRole('dialog', { name: 'New session' });
  await sheet.getByRole('button', { name: 'Run a command' }).tap();
  await check('policy.json in the sheet');
  await sheet.getByRole('button', { name: 'laptop' }).tap();
  assert.equal(await sheet.locator('.recent-lines button').count(), 10);
  await sheet.locator('.recent-lines button').first().tap();
  assert.equal(await sheet.getByLabel('Command').inputValue(), 'npm run 10');
  await check('a command in the sheet');
  const focused = async () => await page.locator(':focus').evaluate((one) => one.ariaLabel ?? one.textContent);
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'New session');
  await page.getByRole('link', { name: /npm test/ }).tap();
  await page.locator('.run-text .err', { hasText: 'fail 1' }).waitFor();
  await check('run');
  machine.onQuery = async () => ({ text: 'pass 41\n', offset: 8, end: true });
  await tap('All output');
  await page.getByRole('dialog').getByText('pass 41').waitFor();
  await check('all output');
  await page.keyboard.press('Escape');
  assert.equal(await focused(), 'All output');
  await page.getByRole('button', { name: 'Back' }).tap();
  await page.getByRole('link', { name: /Add TTL to orders/ }).tap();
  await screenOf(page).getByText('see https://example.com').waitFor();
  for (const [name, title] of [
    ['Select and copy its text', 'Text of the terminal'],
    ['Rename', 'Rename the terminal'],
    ['Close the terminal', 'Close the terminal?'],
  ] as const) {
    await tap('More');
    await tap(name);
    await page.getByRole('dialog', { name: title }).waitFor();
    await check(title);
    await page.keyboard.press('Escape');
    assert.equal(await focused(), 'More', title);
  }
  await tap('Search');
  await page.getByRole('searchbox').fill('docs');
  await page.getByText('1 of 1', { exact: true }).waitFor();
  await check('search');
  await tap('End the search');
  assert.equal(await focused(), 'Search');
  const link = await screenOf(page).getByText('https://example.com/docs').boundingBox();
  await page.touchscreen.tap((link?.x ?? 0) + 60, (link?.y ?? 0) + 5);
  await page.getByRole('dialog', { name: 'Open this link?' }).waitFor();
  await check('link');
  await page.keyboard.press('Escape');
  // The relay is heard for hours after the machine.
  await page.clock.setFixedTime(Date.now() + 2 * hour);
  const { key, epoch, machine: id } = machine.bridge;
  await world.ask('POST', '/v1/bridge/bye', { key, body: { epoch } });
  const strip = page.locator('.strip', { hasText: 'laptop is offline · the screen as it was at' });
  await strip.waitFor();
  await page.locator('.terminal-status', { hasText: '· offline' }).waitFor();
  const { json: gone } = await world.ask<{ lastSeenAt: string }>('GET', `/v1/machines/${id}`);
  const clockTime = new Date(gone.lastSeenAt).toLocaleTimeString([], { timeStyle: 'short', hourCycle: 'h23' });
  assert.ok((await strip.textContent())?.includes(clockTime), `${await strip.textContent()}: not ${clockTime}`);
  await check('a machine that is offline');
});

test('a run is stopped and started again by a tap; one of which a part is not kept is not started again', async () => {
  await using world = await openApi();
  await using machine = await playMachine(world, 'laptop', allowing);
  const argv = ['sh', '-lc', 'npm test'];
  const asked: { command?: string; argv?: string[] }[] = [];
  let stopped = '';
  machine.onCommand = async ({ id, args }) => {
    asked.push(args);
    const run = `run-of-mine-${asked.length}`;
    await machine.run(run, { title: 'npm test', meta: { argv, command: id } });
    await eventually(() => machine.cancelled.has(id));
    stopped = id;
    const meta = { argv, command: id, endedAt: iso(0), signal: 'SIGTERM' };
    await machine.run(run, { title: 'npm test', state: 'ended', meta });
    return { run };
  };
  const meta = { argv, endedAt: iso(0), exitCode: 0 };
  const long = { ...meta, argv: ['make'], hasMore: true };
  await machine.run('run-number-1', { title: 'npm test', state: 'ended', meta });
  await machine.run('run-number-2', { title: 'a long line', state: 'ended', meta: long });
  await using browser = await openBrowser(undefined, phone);
  const page = await openSessions(world, browser);
  await page.getByRole('link', { name: /a long line/ }).tap();
  await page.getByText('It was started with more than is kept here').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Again', exact: true }).isDisabled(), true);
  assert.equal(await page.getByRole('button', { name: 'Copy as curl' }).count(), 0);
  await page.getByRole('button', { name: 'Back' }).tap();
  await page.getByRole('link', { name: /npm test/ }).tap();
  await page.getByRole('button', { name: 'Again', exact: true }).tap();
  await page.getByRole('button', { name: 'Stop' }).tap();
  await page.getByText('ended by SIGTERM').first().waitFor();
  assert.deepEqual([asked.length, asked[0]?.command, stopped === ''], [1, 'npm test', false]);
});

test('a run whose channel begins after its screen shows its output once', async () => {
  await using world = await openApi();
  await using machine = await playMachine(world, 'laptop', allowing);
  const meta = { argv: ['slow'], startedAt: iso(0) };
  await machine.bridge.tell({ id: 'run-number-8', kind: 'run', title: 'slow', state: 'running', meta });
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  let streams = 0;
  page.on('request', (request) => {
    if (request.postData()?.includes('c.run-number-8')) streams += 1;
  });
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  await page.getByRole('navigation', { name: 'Places' }).waitFor();
  await page.goto(`${world.url}/#/run/run-number-8`);
  // It was not there, and is asked for again.
  await eventually(() => streams > 1);
  await machine.write('run-number-8', { o: 'pass 1' });
  await page.locator('.run-text .out', { hasText: 'pass 1' }).waitFor();
  await machine.write('run-number-8', { o: 'pass 2' });
  await page.locator('.run-text .out', { hasText: 'pass 2' }).waitFor();
  assert.equal(await page.locator('.run-text').textContent(), 'pass 1pass 2');
  // Its seconds go on, however much is told of others meanwhile.
  const seconds = async () => Number(/· (\d+) s/.exec((await page.locator('.run-facts').textContent()) ?? '')?.[1]);
  const before = await seconds();
  await eventually(async () => {
    await machine.terminal('terminal-1', { meta: { activeAt: iso(0) } });
    return (await seconds()) >= before + 2;
  });
  // What was seen is seen again without a network, also by somebody who left at once.
  await machine.write('run-number-8', { o: 'pass 3' });
  await page.locator('.run-text .out', { hasText: 'pass 3' }).waitFor();
  await page.evaluate(() => location.assign('#/inbox'));
  await browser.context.setOffline(true);
  await page.evaluate(() => location.assign('#/run/run-number-8'));
  await page.locator('.run-text', { hasText: 'pass 1pass 2pass 3' }).waitFor();
});

test('on a desktop: the terminal beside the list, a link that asks, Ctrl K by name; a viewer sees nothing of it', async () => {
  await using world = await openApi();
  await using machine = await playMachine(world, 'laptop', allowing);
  await tellSessions(machine);
  await using browser = await openBrowser(undefined, { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  const page = await browser.context.newPage();
  await page.goto(`${world.url}/#/sign-in/${await newToken(world)}`);
  await page.getByRole('link', { name: 'Sessions' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: 'Title, name or number' }).fill('ttl');
  await page.getByRole('dialog').getByText('Add TTL to orders').click();
  await screenOf(page).getByText('see https://example.com').waitFor();
  await page.getByRole('list', { name: 'Running' }).getByRole('link').waitFor();
  await page.keyboard.type('ls\n');
  await eventually(
    () =>
      typedInto(machine, 'terminal-1')
        .filter((input) => typeof input === 'string')
        .join('') === 'ls\r',
  );
  assert.deepEqual(await violationsOf(page), []);
  const line = await screenOf(page).getByText('https://example.com/docs').boundingBox();
  const [x, y] = [(line?.x ?? 0) + 120, (line?.y ?? 0) + 6];
  await page.mouse.move(x, y);
  await page.mouse.move(x + 2, y);
  await page.locator('.xterm-cursor-pointer').waitFor();
  await page.mouse.click(x + 2, y);
  await page
    .getByRole('dialog', { name: 'Open this link?' })
    .getByText('https://example.com/docs', { exact: true })
    .waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).click();

  await page.locator('.xterm-helper-textarea').focus();
  const typedBefore = typedInto(machine, 'terminal-1').length;
  await page.keyboard.press('Control+Shift+F');
  await page.keyboard.type('rm');
  await page.getByRole('searchbox', { name: 'Search in the terminal' }).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('EXAMPLE');
  await page.getByText('1 of 1', { exact: true }).waitFor();
  assert.equal(typedInto(machine, 'terminal-1').length, typedBefore);
  assert.deepEqual(await violationsOf(page), []);
  await page.keyboard.press('Escape');
  const tabs = page.getByRole('navigation', { name: 'Open sessions' });
  assert.equal(await tabs.count(), 0);
  await page
    .getByRole('list', { name: 'Ended' })
    .getByRole('link', { name: /npm test/ })
    .click();
  await page.locator('.run-text .err', { hasText: 'fail 1' }).waitFor();
  await tabs.getByRole('link', { name: /npm test/ }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violationsOf(page), [], colorScheme);
  }
  await tabs.getByRole('link', { name: /Add TTL/ }).click();
  await screenOf(page).getByText('see https://example.com').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.reload();
  await tabs.getByRole('button', { name: 'Close the tab Add TTL to orders' }).click();
  await page.locator('.run-text .err', { hasText: 'fail 1' }).waitFor();
  assert.equal(await tabs.count(), 0);

  const { json } = await world.ask<{ url: string }>('POST', '/v1/invitations', {
    body: { name: 'Vera', role: 'viewer' },
  });
  await using other = await openBrowser();
  const hers = await other.context.newPage();
  await hers.goto(new URL(json.url, world.url).href);
  await hers.getByRole('link', { name: 'Sessions' }).click();
  await hers.getByText('your role does not include that').waitFor();
  assert.deepEqual(await violationsOf(hers), []);
  await hers.goto(`${world.url}/#/terminal/terminal-1`);
  await hers.getByText('This terminal is not there').waitFor();
  assert.equal(await hers.getByText('Add TTL').count(), 0);
});
