/** Reading a spec on a phone: its links lead on within the app, and a thumb hits a task. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before } from 'node:test';
import type { Machine } from '#contract/machine.ts';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openBrowser, phone } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openWorld } from '../kit/world.ts';

const test = testNeeding('chromium');

before(buildApp);

const text = `See [the first](../001-one/README.md), 001-one, and [the lost](../009-lost/README.md).

- [ ] Write it down
- [ ] Tell the others

\`\`\`ts
const answer = 42;
\`\`\`
`;

test('links lead to specs, what is gone says so, tasks are whole rows, code has colours', {
  timeout: 100_000,
}, async () => {
  await using world = await openWorld();
  const root = join(world.folder, 'shop');
  await writeFiles(root, {
    'specs/001-one/README.md': specText('The first one', {}, 'Here it is.'),
    'specs/002-two/README.md': specText('The second one', {}, text),
  });
  const { id } = await world.startMachine('laptop', [root]);
  const machine = await world.call<Machine>('GET', `/v1/machines/${id}`);
  await using browser = await openBrowser(undefined, phone);
  const page = await browser.context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.bottom-bar').waitFor();
  const spec = `${world.url}/#/m/${id}/p/${machine.projects[0]?.id}/spec/${encodeURIComponent('specs/002-two')}`;
  await page.goto(spec);

  const tasks = page.locator('.markdown li.task');
  await tasks.first().waitFor();
  for (const task of await tasks.all()) assert.ok(((await task.boundingBox())?.height ?? 0) >= 44);
  assert.ok((await page.locator('.markdown pre [class^="hljs-"]').count()) > 0);
  await page.getByText('(specs/009-lost/README.md is not in this project)').waitFor();
  assert.equal(await page.getByRole('link', { name: 'the lost' }).count(), 0);

  for (const name of ['the first', '001-one']) {
    await page.locator('.markdown').getByRole('link', { name }).tap();
    await page.getByText('Here it is.').waitFor();
    await page.goBack();
    await tasks.first().waitFor();
  }
});
