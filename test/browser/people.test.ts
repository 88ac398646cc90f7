/** People on the screen: invited, signed in by each way, a phone and a machine paired, changes signed, access taken away. */

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import { buildApp } from '../../scripts/build-pwa.ts';
import { type Browser, openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { openOidcProvider } from '../kit/oidc-provider.ts';
import { testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { makeSmallProject } from '../kit/projects.ts';
import { openWorld, type World } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

/** The owner's world by its name, which passkeys take. */
const named = (world: World) => world.url.replace('127.0.0.1', 'localhost');

async function openPage({ context }: Browser): Promise<Page> {
  const page = await context.newPage();
  return page;
}

/** A browser in which somebody is signed in who has just opened an invitation. */
async function invited(world: World, browser: Browser): Promise<Page> {
  const page = await openPage(browser);
  const { url } = await world.call<{ url: string }>('POST', '/v1/invitations', { name: 'Ida', role: 'admin' });
  await page.goto(`${named(world)}/${new URL(url, world.url).hash}`);
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  return page;
}

/** A browser in which the owner is signed in, by a link of their key. */
async function signedIn(world: World, browser: Browser): Promise<Page> {
  const page = await openPage(browser);
  const { hash } = new URL(await world.signInLink(), world.url);
  await page.goto(`${named(world)}/${hash}`);
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  return page;
}

/** How much the app's replica holds of a sort. */
async function keptIn(page: Page, store: string): Promise<number> {
  return await page.evaluate<number>(`new Promise((done, failed) => {
    const opening = indexedDB.open('sallyport');
    opening.onerror = failed;
    opening.onsuccess = () => {
      const counting = opening.result.transaction('${store}').objectStore('${store}').count();
      counting.onerror = failed;
      counting.onsuccess = () => { opening.result.close(); done(counting.result); };
    };
  })`);
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name, level: 1 }).waitFor();

test('an invitation made on one screen opens on another, whose person sets a password, signs out and comes back by it', async () => {
  await using world = await openWorld();
  await using desk = await openBrowser();
  const owner = await signedIn(world, desk);
  await owner.goto(`${named(world)}/#/members`);
  await owner.getByRole('button', { name: 'Invite a member' }).click();
  await owner.getByLabel('Name').fill('Grace');
  await owner.getByRole('button', { name: /Create/ }).click();
  const link =
    (
      await owner
        .getByRole('dialog')
        .getByText(/\/#\/sign-in\//)
        .textContent()
    )?.trim() ?? '';

  await using phone = await openBrowser();
  const page = await openPage(phone);
  await page.goto(link);
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  await page.goto(`${named(world)}/#/profile`);
  await page.getByRole('button', { name: 'Set a password' }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('E-mail').fill('grace@example.com');
  await sheet.getByLabel(/^New password/).fill('correct horse battery');
  await sheet.getByRole('button', { name: 'Save' }).click();
  await page.getByText('You sign in as grace@example.com.').waitFor();

  await page.goto(`${named(world)}/#/you`);
  await page.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByLabel('E-mail').fill('grace@example.com');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').getByText('Incorrect e-mail').waitFor();
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();

  // Removed on the one screen, out on the other, within seconds.
  await owner.goto(`${named(world)}/#/members`);
  await owner.reload();
  const doTo = async (name: string) => {
    await owner.getByRole('button', { name: /^Grace/ }).click();
    await owner.getByRole('dialog').getByRole('button', { name }).click();
    await owner
      .getByRole('dialog', { name: /of Grace|Remove Grace/ })
      .getByRole('button', { name })
      .click();
  };
  await doTo('Revoke all');
  await owner.getByRole('status').getByText('Everything of Grace is revoked.').waitFor();
  await page.getByLabel('E-mail').fill('grace@example.com');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  await doTo('Remove');
  await page.getByLabel('E-mail').waitFor({ timeout: 8000 });
});

test('a link for somebody else asks first: staying loses nothing, and the link still works for whoever wants it', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser();
  const page = await signedIn(world, browser);
  const owner = (await world.call<{ person: { name: string } }>('GET', '/v1/me')).person.name;
  const { url } = await world.call<{ url: string }>('POST', '/v1/invitations', { name: 'Mallory', role: 'viewer' });
  const link = `${named(world)}/${new URL(url, world.url).hash}`;
  const name = `Sign in as Mallory instead of ${owner}?`;

  // Clicked somewhere: opened into the running app, and in a tab of its own.
  await page.evaluate(`location.hash = "${new URL(link).hash}"`);
  await page.getByRole('dialog', { name }).waitFor();
  await page.getByRole('button', { name: `Stay ${owner}` }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const other = await openPage(browser);
  await other.goto(link);
  await other.getByRole('dialog', { name }).waitFor();
  assert.ok(!other.url().includes('sign-in'));
  await other.keyboard.press('Escape');
  await other.goto(`${named(world)}/#/profile`);
  await other.getByRole('heading', { name: owner, level: 2 }).waitFor();

  await other.goto(link);
  await other.getByRole('button', { name: 'Sign in as Mallory' }).click();
  await other.getByRole('dialog').waitFor({ state: 'detached' });
  await other.goto(`${named(world)}/#/profile`);
  await other.getByRole('heading', { name: 'Mallory', level: 2 }).waitFor();
});

test('somebody who was promoted since a link let them in is told why they still do less', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser();
  const page = await invited(world, browser);
  await page.goto(`${named(world)}/#/profile`);
  await page.getByText('admin of').waitFor();
  const { items } = await world.call<{ items: { id: string; name: string }[] }>('GET', '/v1/members');
  const ida = items.find(({ name }) => name === 'Ida')?.id;
  await world.call('PATCH', `/v1/members/${ida}`, { role: 'owner' });
  await page.reload();
  await page.getByText('Your role is owner now').waitFor();
  await page.getByText('admin of').waitFor();
});

test('a passkey is added and signs in', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser();
  const page = await invited(world, browser);
  const devtools = await browser.context.newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto(`${named(world)}/#/profile`);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: /^Ida on/ }).waitFor();
  await page.goto(`${named(world)}/#/you`);
  await page.getByRole('button', { name: /^Sign out/ }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  await page.goto(`${named(world)}/#/profile`);
  await page.getByRole('button', { name: /^Ida on/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('None yet.').waitFor();
});

test('an account at a provider signs in, and comes back to the screen without a trace in the address', async () => {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  await using provider = await openOidcProvider(`${origin}/`);
  provider.account = { sub: 'joan', name: 'Joan', email: 'joan@example.com' };
  await using world = await openWorld({
    env: {
      SALLYPORT_PORT: String(port),
      SALLYPORT_PUBLIC_URL: origin,
      SALLYPORT_OIDC_ISSUER: provider.issuer,
      SALLYPORT_OIDC_CLIENT_ID: provider.clientId,
      SALLYPORT_OIDC_CLIENT_SECRET: provider.clientSecret,
      SALLYPORT_OIDC_ROLE: 'member',
    },
  });
  await using browser = await openBrowser();
  const page = await openPage(browser);
  await page.goto(named(world));
  await page.getByRole('button', { name: /^Sign in with 127/ }).click();
  await page.getByRole('link', { name: 'Machines' }).first().waitFor();
  assert.equal(new URL(page.url()).search, '');
  await page.goto(`${origin}/#/profile`);
  await page.getByRole('heading', { name: 'Joan' }).waitFor();
  await page.getByText('joan@example.com at').waitFor();

  provider.account = { sub: 'joan-at-home', name: 'Joan', email: 'joan@home.example' };
  // Another browser session at the provider, as it were: the one before is remembered there.
  await page.context().clearCookies({ domain: '127.0.0.1' });
  await page.getByRole('button', { name: 'Link an account' }).click();
  await page.getByText('joan@home.example at').waitFor();
  await page.getByText('joan@example.com at').waitFor();

  // What somebody else began is not finished here.
  const begun = await world.call<{ url: string }>('POST', '/v1/sessions/oidc', {});
  await using other = await openBrowser();
  const victim = await openPage(other);
  await victim.goto(`${origin}/${await provider.visit(begun.url)}`);
  await victim.getByLabel('E-mail').waitFor();
});

test('a machine and a phone are paired: code, approval, fingerprint, and a change that only the phone may make', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser();
  const page = await signedIn(world, browser);
  await page.goto(`${named(world)}/#/profile`);
  await page.getByRole('button', { name: 'Create a key' }).click();
  const shown = (await page.locator('.fingerprint').textContent()) ?? '';
  assert.match(shown, /^([0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/);

  const root = await makeSmallProject(join(world.folder, 'shop'));
  const data = join(world.folder, 'bridge-laptop');
  const at = ['--data', data, '--name', 'laptop', '--json'];
  await using login = startProgram('bridge/main.ts', ['login', world.url, '--pin', shown, ...at]);
  const { code } = await login.line(({ event }) => event === 'code');
  await page.goto(`${named(world)}/#/pair`);
  await page.getByLabel('Code').fill(String(code));
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'laptop' }).waitFor();
  await page.getByRole('button', { name: 'Link this machine' }).click();
  await page.getByText('Machine linked').waitFor();
  assert.equal(await page.locator('.fingerprint').textContent(), shown);
  await login.line(({ event }) => event === 'signed-in', 20_000);
  await new Promise((resolve) => (login.child.exitCode === null ? login.child.once('close', resolve) : resolve(0)));
  assert.equal(login.child.exitCode, 0, login.errors());

  const policy = { risks: { read: 'allow', write: 'signed', execute: 'refuse', destroy: 'refuse' } };
  await writeFile(join(data, 'policy.json'), JSON.stringify(policy));
  await using bridge = startProgram('bridge/main.ts', ['run', ...at, root]);
  await bridge.line(({ event }) => event === 'synced', 30_000);

  await page.goto(`${named(world)}/#/profile`);
  await page.getByText('Accepted by laptop.').waitFor();
  await page.goto(`${named(world)}/#/specs`);
  await page.locator('.card a.title', { hasText: 'First light' }).click();
  await heading(page, 'First light');
  await page.getByRole('button', { name: /^Status: / }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'In progress' }).click();
  await page.getByRole('status').getByText('Status set').waitFor();
  const file = join(root, 'specs/001-first-light/README.md');
  assert.match(await readFile(file, 'utf8'), /^status: in-progress$/m);

  // Another browser of the same person has no pinned key: the machine refuses, and says how to go on.
  await using other = await openBrowser();
  const stranger = await signedIn(world, other);
  await stranger.goto(`${named(world)}/#/specs`);
  await stranger.locator('.card a.title', { hasText: 'First light' }).click();
  await stranger.getByRole('button', { name: /^Status: / }).click();
  await stranger.getByRole('dialog').getByRole('button', { name: 'Complete' }).click();
  await stranger.getByText('signed by a device that is pinned there').first().waitFor();
  assert.match(await readFile(file, 'utf8'), /^status: in-progress$/m);
});

test('the audit tells it all, narrowed by filters that stay in the address; a revoked machine is gone', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const machine = await world.startMachine('laptop', [root]);
  await machine.send('spec-archive', { project: 'shop', spec: '001' }, '0'.repeat(64));
  await using browser = await openBrowser();
  const page = await signedIn(world, browser);
  await page.goto(`${named(world)}/#/machines`);
  await page.getByRole('link', { name: /^laptop/ }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  const sheet = page.getByRole('dialog');
  await sheet.getByLabel('Type its name to confirm').fill('desktop');
  await sheet.getByRole('button', { name: 'Remove' }).click();
  await sheet.getByText('This is not laptop.').waitFor();
  await sheet.getByLabel('Type its name to confirm').fill('laptop');
  await sheet.getByRole('button', { name: 'Remove' }).click();
  await heading(page, 'Machines');
  await page.getByRole('link', { name: /^laptop/ }).waitFor({ state: 'detached' });
  await eventually(() => machine.bridge().child.exitCode !== null, { timeoutMs: 10_000 });
  assert.equal(machine.bridge().child.exitCode, 3);

  await page.goto(`${named(world)}/#/audit`);
  await page.locator('.audit strong', { hasText: 'Machine removed' }).waitFor();
  await page.getByLabel('Action').selectOption('command-ended');
  await page.locator('.audit strong', { hasText: 'Command ended' }).first().waitFor();
  await page.locator('.audit strong', { hasText: 'Machine removed' }).waitFor({ state: 'detached' });
  assert.match(page.url(), /action=command-ended/);
  await page.getByLabel('Result').selectOption('refused');
  await page.getByText('No matches').waitFor();
});

test('another browser is signed in by the link on this screen, which shows no code that a phone cannot use, and signed out from there', async () => {
  await using world = await openWorld();
  await world.startMachine('laptop', [await makeSmallProject(join(world.folder, 'shop'))]);
  await using desk = await openBrowser();
  const owner = await signedIn(world, desk);
  await owner.goto(`${named(world)}/#/you`);
  await owner.getByRole('button', { name: 'Sign in another device' }).click();
  await owner.getByText('A phone cannot open this address').waitFor();
  await owner.getByText('npm start -- --public-url').waitFor();
  assert.equal(await owner.getByRole('img', { name: 'The link as a QR code' }).count(), 0);
  const link = (
    await owner
      .getByRole('dialog')
      .getByText(/\/#\/sign-in\//)
      .textContent()
  )?.trim();

  await using pocket = await openBrowser();
  const phone = await openPage(pocket);
  await phone.goto(String(link));
  await phone.getByRole('link', { name: 'Machines' }).first().waitFor();

  await owner.goto(`${named(world)}/#/sign-ins`);
  await owner.reload();
  await eventually(async () => (await keptIn(phone, 'items')) > 0);
  await owner.getByRole('button', { name: /^Chrome on/ }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Sign out there' }).click();
  await phone.getByLabel('E-mail').waitFor({ timeout: 8000 });
  // A phone that was lost keeps nothing of what it had read.
  for (const store of ['items', 'feeds', 'bodies']) await eventually(async () => (await keptIn(phone, store)) === 0);
  assert.ok((await keptIn(phone, 'notes')) > 0, 'whose it was is known, so that drafts wait for them');
});

test('a viewer sees the specs and is offered nothing that a viewer may not do', async () => {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await world.startMachine('laptop', [root]);
  const { url } = await world.call<{ url: string }>('POST', '/v1/invitations', { name: 'Vera', role: 'viewer' });
  await using browser = await openBrowser();
  const page = await openPage(browser);
  await page.goto(`${named(world)}/${new URL(url, world.url).hash}`);
  await page.locator('.card a.title', { hasText: 'First light' }).click();
  await heading(page, 'First light');
  assert.ok(await page.getByRole('button', { name: /^Status: / }).isDisabled());
  await page.goto(`${named(world)}/#/machines`);
  await page.getByRole('link', { name: /^laptop/ }).click();
  await heading(page, 'laptop');
  await page.getByText('What it allows').waitFor();
  assert.equal(await page.getByRole('button', { name: /Revoke|Rename|Remove|Replace|Add a machine/ }).count(), 0);
  await page.goto(`${named(world)}/#/you`);
  await page.getByRole('link', { name: /^Members/ }).waitFor();
  assert.equal(await page.getByRole('link', { name: /^(Keys|Audit)/ }).count(), 0);
});

test('a person saves what the relay keeps of them as a file, and deletes their account by typing their name', async () => {
  await using world = await openWorld();
  await using browser = await openBrowser();
  const page = await invited(world, browser);
  await page.goto(`${named(world)}/#/profile`);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save my data as a file' }).click();
  const file = await saving;
  assert.equal(file.suggestedFilename(), 'account.jsonl');
  const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\n');
  assert.deepEqual([JSON.parse(lines[0] ?? '').person.name, lines.at(-1)], ['Ida', '{"is":"end"}']);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  const sheet = page.getByRole('dialog', { name: 'Delete my account' });
  await sheet.getByLabel('To delete it, type Ida').fill('Idaho');
  await sheet.getByRole('button', { name: 'Delete for good' }).click();
  await sheet.getByText('This is not your name.').waitFor();
  const membersNow = async () => {
    const { items } = await world.call<{ items: { name: string }[] }>('GET', '/v1/members');
    return items.map(({ name }) => name);
  };
  assert.ok((await membersNow()).includes('Ida'));
  await sheet.getByLabel('To delete it, type Ida').fill('Ida');
  await sheet.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByLabel('E-mail').waitFor();
  assert.ok(!(await membersNow()).includes('Ida'));
});
