/** A first upload that takes a while, as people see it in the app: a bar on the machine's page, a share wherever its state is said. */
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls } from '../kit/bridge-calls.ts';
import { openBrowser } from '../kit/browser.ts';
import { testNeeding } from '../kit/parts.ts';

const test = testNeeding('chromium');

before(buildApp);

test('a person sees how much of a large project has come, how fast, and how long it will take', async () => {
  await using relay = await openApi();
  const machine = await openBridgeCalls(relay);
  const one = { path: 'specs/001-one/README.md', text: '# One\n' };
  await machine.putAll([one], { left: 3, perSecond: 0.5 });
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.goto(await relay.api.createSignInLink());
  await page.goto(`${relay.url}/#/m/${machine.machine}/machine`);
  const article = page.locator('article', { hasText: 'laptop' });
  await article.getByText('Uploading: 1 of 4 documents, 0.5 a second, 6 s left.').waitFor();
  await article.getByRole('progressbar', { name: 'Uploaded' }).waitFor();
  await article.getByText(/· 25 % uploaded/).waitFor();
  const two = { path: 'specs/002-two/README.md', text: '# Two\n' };
  await machine.putAll([two], { left: 2, perSecond: 1 });
  await article.getByText('Uploading: 2 of 4 documents, 1.0 a second, 2 s left.').waitFor();
  await machine.putAll([{ ...two, text: '# Two once more\n' }], { left: 1, perSecond: 1, of: 2 });
  await article.getByText('Uploading: 1 of 2 documents, 1.0 a second, 1 s left.').waitFor();
  await relay.ask('POST', '/v1/bridge/bye', { key: machine.key, body: { epoch: machine.epoch } });
  await article.getByText('Its upload was interrupted: 1 of 2 documents. It goes on when it is back.').waitFor();
});

test('when all has come, the bar is gone', async () => {
  await using relay = await openApi();
  const machine = await openBridgeCalls(relay);
  await machine.putAll([{ path: 'specs/001-one/README.md', text: '# One\n' }], { left: 1, perSecond: 1 });
  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.goto(await relay.api.createSignInLink());
  await page.goto(`${relay.url}/#/m/${machine.machine}/machine`);
  const bar = page.getByRole('progressbar', { name: 'Uploaded' });
  await bar.waitFor();
  await machine.putAll([{ path: 'specs/002-two/README.md', text: '# Two\n' }]);
  await bar.waitFor({ state: 'detached' });
});
