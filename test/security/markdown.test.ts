/** What a file can contain and the screen must survive: nothing of it runs, nothing is fetched from elsewhere, and a text that never ends to render is shown as it is. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Page } from 'playwright-core';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { injections } from '../kit/injections.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

/** Links that climb out of the project. */
const climbing = [
  '[climb](../../../../etc/passwd)',
  '[climb](%2e%2e/%2e%2e/%2e%2e/v1/machines)',
  '[climb](/../../v1/keys)',
];

/** Links that would sign the reader in as somebody else. */
const signIns = [
  '[read on](/#/sign-in/AAAA)',
  '[read on](#/sign-in/BBBB)',
  '[read on](https://elsewhere.example/#/sign-in/CCCC)',
  '[read on](?x=1#%2Fsign-in%2FDDDD)',
  '<https://elsewhere.example/#/sign-in/EEEE>',
  'https://elsewhere.example/#/sign-in/FFFF',
  '![read on](https://elsewhere.example/#/sign-in/HHHH)',
  '[read on][far]\n\n[far]: //elsewhere.example/#/sign-in/GGGG',
];

async function openSpec(page: Page, url: string, machine: Machine, name: string): Promise<void> {
  const [project] = machine.projects;
  await page.goto(`${url}/#/m/${machine.id}/p/${project?.id}/spec/${encodeURIComponent(`specs/${name}`)}`);
}

test('shapes of injected script, links that sign in or climb out, remote images, and 117 KB of nested emphasis', {
  timeout: 100_000,
}, async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  const remote =
    '![far](https://elsewhere.example/x.png) [![linked](https://elsewhere.example/y.png)](https://elsewhere.example) ![near](pictures/z.png)';
  await writeFiles(root, {
    'specs/001-hostile/README.md': specText(
      'Hostile',
      {},
      [...injections, ...signIns, ...climbing, remote, 'the end of it'].join('\n\n'),
    ),
    'specs/002-endless/README.md': specText('Endless', {}, `${'*a **b '.repeat(17_000)}`),
    'specs/003-deep/README.md': specText('Deep', {}, `${'>'.repeat(5000)} deep`),
  });
  const { id } = await world.startMachine('laptop', [root]);
  const machine = await world.call<Machine>('GET', `/v1/machines/${id}`);
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (
      !request.url().startsWith(world.url) &&
      !request.url().startsWith('data:') &&
      !request.url().startsWith('blob:')
    )
      foreign.push(request.url());
  });
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.card').first().waitFor();

  await openSpec(page, world.url, machine, '001-hostile');
  await page.getByText('the end of it').waitFor();
  assert.equal(await page.locator('.markdown a[href*="sign-in"]').count(), 0, 'a link that signs in is text');
  for (const token of ['AAAA', 'BBBB', 'CCCC', 'DDDD', 'EEEE', 'FFFF', 'GGGG', 'HHHH'])
    assert.match((await page.locator('.markdown').textContent()) ?? '', new RegExp(`sign-in(/|%2F)${token}`));
  assert.equal(await page.getByRole('link', { name: 'climb' }).count(), 0, 'a link out of the project leads nowhere');
  await page.locator('.markdown a').evaluateAll((links) => {
    for (const link of links) (link as unknown as { click(): void }).click();
  });
  assert.equal(await page.evaluate('window.pwned'), undefined);
  assert.equal(
    await page
      // But for the frames of diagrams, which have no origin.
      .locator(
        '.markdown :is(script, iframe:not([sandbox="allow-scripts"]), object, style, form, input, svg, [onerror], [onload], [id])',
      )
      .count(),
    0,
  );
  const targets = (await page
    .locator('.markdown a')
    .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href))) as string[];
  assert.deepEqual(
    targets.filter((href) => !/^https?:/.test(href)),
    [],
  );
  await page.getByRole('link', { name: 'Image: far (https://elsewhere.example/x.png)' }).waitFor();
  await page.getByRole('link', { name: 'Image: linked (https://elsewhere.example/y.png)' }).waitFor();
  await page.getByText('Image: near (pictures/z.png)').waitFor();
  assert.equal(await page.getByRole('button', { name: /images/i }).count(), 0, 'no offer that the policy would refuse');

  for (const name of ['002-endless', '003-deep']) {
    await openSpec(page, world.url, machine, name);
    await eventually(async () => (await page.locator('.plain-text, .markdown > *').count()) > 0, { timeoutMs: 20_000 });
    assert.equal(
      await page.getByRole('heading', { level: 1 }).last().textContent(),
      name === '003-deep' ? 'Deep' : 'Endless',
    );
  }
  assert.deepEqual(foreign, []);
});
