/** A sealed terminal on a phone, with a real machine: a pinned device opens it, types and sees; another one hears how to be pinned; the relay keeps nothing of it that can be read. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import { showFingerprint } from '#contract/signing.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { violationsOf } from '../kit/axe.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld, type World } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

const signed: Policy = { ...defaultPolicy, risks: { ...defaultPolicy.risks, execute: 'signed' } };
const screenOf = (page: Page) => page.locator('.terminal-host .xterm-rows');

async function openSealingWorld(policy: Policy = signed) {
  const world = await openWorld({ kind: 'sqlite' });
  const data = join(world.folder, 'bridge-laptop');
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(join(data, 'policy.json'), JSON.stringify(policy));
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const laptop = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
  return { ...world, data, laptop };
}

async function signIn(page: Page, world: World): Promise<void> {
  await page.goto(`${world.url}/#/sign-in/${(await world.signInLink()).split('/sign-in/')[1]}`);
  await page.getByRole('navigation', { name: 'Places' }).getByRole('link', { name: 'Sessions' }).waitFor();
}

async function goToSessions(page: Page, world: World): Promise<void> {
  await page.goto(`${world.url}/#/sessions`);
}

/** Creates the key of this device, and pins it on the machine by what the screen shows. */
async function pin(page: Page, world: World, data: string): Promise<void> {
  await page.goto(`${world.url}/#/profile`);
  await page.getByRole('button', { name: 'Create a key' }).tap();
  const fingerprint = (await page.locator('.fingerprint').textContent()) ?? '';
  await using pinning = startProgram('bridge/main.ts', ['devices', 'pin', fingerprint, '--data', data, '--json']);
  assert.ok(await pinning.line((line) => line.fingerprint !== undefined), pinning.errors());
  await page.getByText('Accepted by laptop.').waitFor();
}

/** Types a line, until the program shows this: a screen that was kept is there before the terminal is heard. */
const type = (page: Page, line: string, shown: string) =>
  eventually(async () => {
    await page.getByLabel('Type into the terminal').pressSequentially(line);
    await page.getByRole('button', { name: 'Enter' }).tap();
    await screenOf(page).getByText(shown).first().waitFor({ timeout: 5000 });
    return true;
  });

/** Changes what the device keeps: `old`, that its key is of a release before sealing keys; `met`, that it met another machine under this id. */
const changeKeys = (page: Page, what: 'old' | 'met') =>
  page.evaluate(async (to) => {
    const done = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve) => request.addEventListener('success', () => resolve(request.result)));
    const database = await done(indexedDB.open('sallyport-device'));
    const keys = database.transaction('keys', 'readwrite').objectStore('keys');
    const { sealing, ...own } = await done(keys.get('own'));
    if (to === 'old') await done(keys.put(own, 'own'));
    const names = await done(keys.getAllKeys());
    for (const name of names)
      if (to === 'met' && String(name).startsWith('machine '))
        await done(keys.put({ name: 'laptop', key: sealing.sealingKey }, name));
    database.close();
  }, what);

/** This phone has opened sealed terminals of one machine alone. */
const knowOne = (page: Page, id: string, name: string) =>
  page.evaluate(
    ([id, name]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('sallyport-device');
        opening.addEventListener('success', () => {
          const changing = opening.result.transaction('keys', 'readwrite');
          changing.objectStore('keys').delete(IDBKeyRange.bound('machine ', 'machine \uffff'));
          changing.objectStore('keys').put({ name, key: 'A'.repeat(43) }, `machine ${id}`);
          changing.addEventListener('complete', () => {
            opening.result.close();
            resolve();
          });
        });
      }),
    [id, name],
  );

async function kept(world: World): Promise<string> {
  const folder = join(world.folder, 'relay');
  const names = (await readdir(folder)).filter((name) => /sqlite|db|wal/.test(name));
  assert.ok(names.length > 0);
  return (await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))).join('');
}

test('a pinned phone opens a sealed terminal, types, sees, and sees it again after a reload, also what it typed while the bridge restarted, once; the relay keeps nothing of it that can be read', async () => {
  await using world = await openSealingWorld();
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await signIn(page, world);
  await goToSessions(page, world);
  const sheet = page.getByRole('dialog', { name: 'New session' });
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByText('accepts this only from pinned devices').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await pin(page, world, world.data);

  await goToSessions(page, world);
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByRole('button', { name: 'Open', exact: true }).tap();
  await screenOf(page).getByText(/[$#]/).first().waitFor();
  const strip = page
    .getByRole('status')
    .filter({ hasText: 'You meet laptop for the first time. Run sallyport status there' });
  const shown = await strip.textContent();
  await using status = startProgram('bridge/main.ts', ['status', '--data', world.data, '--json']);
  const own = await status.line((line) => line.fingerprint !== undefined);
  assert.ok(shown?.includes(showFingerprint(String(own?.fingerprint))), `${shown}, and not ${own?.fingerprint}`);
  await strip.getByRole('button', { name: 'Seen' }).tap();
  await strip.waitFor({ state: 'detached' });
  const field = page.getByLabel('Type into the terminal');
  await field.pressSequentially('printf %s- hunter 2 x');
  await page.getByRole('button', { name: 'Enter' }).tap();
  await screenOf(page).getByText('hunter-2-x-').first().waitFor();
  await page.reload();
  await screenOf(page).getByText('hunter-2-x-').waitFor();
  await type(page, 'echo ag$((1+1))in', 'ag2in');
  // While its bridge is away, and before the phone has the new keys.
  await world.laptop.bridge().end('SIGKILL');
  await field.pressSequentially('echo on$((2+2))ce');
  await page.getByRole('button', { name: 'Enter' }).tap();
  await world.laptop.startBridge();
  await screenOf(page).getByText('on4ce').first().waitFor();
  await type(page, 'echo af$((3+3))ter', 'af6ter');
  const lines = await screenOf(page).locator('> div').allTextContents();
  assert.deepEqual(
    lines.map((line) => line.trim()).filter((line) => /^(on4ce|af6ter)$/.test(line)),
    ['on4ce', 'af6ter'],
  );
  assert.deepEqual(await page.locator('.terminal-refused').allTextContents(), []);
  assert.deepEqual(await violationsOf(page), []);
  await changeKeys(page, 'met');
  await page.reload();
  await page.getByText('somebody may be playing it').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole('button', { name: 'laptop was set up anew: believe its new key' }).dblclick();
  await page.getByText('somebody may be playing it').waitFor({ state: 'detached' });
  await type(page, 'echo believed$((1+1))', 'believed2');
  await screenOf(page)
    .getByText(/^\S*[$#] echo believed\$\(\(1\+1\)\)$/)
    .first()
    .waitFor();
  const all = await kept(world);
  assert.ok(all.includes('"seal":"hpke-1"'));
  for (const secret of ['hunter-2', 'printf %s-', 'ag2in']) assert.ok(!all.includes(secret), secret);

  await using stranger = await openBrowser(undefined, phone);
  const other = await stranger.context.newPage();
  await signIn(other, world);
  await other.goto(page.url());
  await other.getByText('it opens only on devices that are pinned on laptop').waitFor();
  await other.getByText('Create a key of this device under').waitFor();
  assert.ok(!((await other.locator('body').textContent()) ?? '').includes('hunter'));
  assert.deepEqual(await violationsOf(other), []);
});

test('a phone that was pinned by a release before gets a sealing key, runs a command and reads its output as it comes, and all of it; its result has none', async () => {
  await using world = await openSealingWorld();
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await signIn(page, world);
  await pin(page, world, world.data);
  await changeKeys(page, 'old');
  await goToSessions(page, world);
  const sheet = page.getByRole('dialog', { name: 'New session' });
  await page.getByRole('button', { name: 'New session' }).tap();
  await sheet.getByRole('button', { name: 'Run a command' }).tap();
  await sheet.getByLabel('Command').fill('echo begun | tr a-z A-Z; sleep 2; echo over >&2; exit 3');
  await sheet.getByRole('button', { name: 'Run it' }).tap();
  await page.locator('.run-text .out', { hasText: 'BEGUN' }).waitFor();
  await page.locator('.run-text .err', { hasText: 'over' }).waitFor();
  await page.getByText('exit code 3').waitFor();
  await page.getByRole('button', { name: 'All output' }).tap();
  await page.getByRole('dialog', { name: 'All output' }).getByText('BEGUN').waitFor();
  await eventually(async () => (await kept(world)).includes('"sealed":true'));
  assert.ok(!(await kept(world)).includes('BEGUN'));
});

test('on a phone that has met the machine, a terminal without a seal is not typed into until its person says so', async () => {
  await using world = await openSealingWorld({
    ...defaultPolicy,
    risks: { ...defaultPolicy.risks, execute: 'allow' },
  });
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await signIn(page, world);
  await pin(page, world, world.data);
  const [laptop] = (await world.call<{ items: { id: string }[] }>('GET', '/v1/machines')).items;
  await knowOne(page, String(laptop?.id), 'laptop');
  await goToSessions(page, world);
  await page.getByRole('button', { name: 'New session' }).tap();
  await page.getByRole('dialog', { name: 'New session' }).getByRole('button', { name: 'Open', exact: true }).tap();
  await screenOf(page).getByText(/[$#]/).first().waitFor();
  await page.getByText('Not sealed, though laptop seals').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  const field = page.getByLabel('Type into the terminal');
  await field.pressSequentially('echo fi$((1))rst');
  await page.getByText('Not typed: this terminal is not sealed.').waitFor();
  await page.getByRole('button', { name: 'Enter' }).tap();
  await page.getByRole('button', { name: 'Type in the clear' }).tap();
  await field.pressSequentially('echo se$((2))cond');
  await page.getByRole('button', { name: 'Enter' }).tap();
  await screenOf(page).getByText('se2cond').waitFor();
  assert.ok(!((await screenOf(page).textContent()) ?? '').includes('fi1rst'));
  // Of a machine that this phone does not know, the relay may say that it is another one.
  await knowOne(page, 'machine-two', 'desk');
  await page.reload();
  await page.getByText('It says that this terminal is on laptop.').waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await type(page, 'echo th$((3))ird', 'th3ird');
});
