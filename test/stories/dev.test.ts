/** `npm run dev`: whoever works on Sallyport has the app, a relay and a bridge by one command, and gets rid of them by one Ctrl-C. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openBrowser } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { isAnyLeft, isListening, npmRun } from '../kit/npm-run.ts';
import { testNeeding } from '../kit/parts.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const test = testNeeding('chromium');

test('one command shows the sample project in the app as its sources are now, and Ctrl-C ends all of it', async (t) => {
  await using folder = await openTemporaryFolder();
  const relayPort = await freePort();
  const args = ['--json', '--port', '0', '--relay-port', String(relayPort), '--data', join(folder.path, 'data')];
  const npm = npmRun(t, 'dev', args, folder.path);
  let said = '';
  npm.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  // Each start of the relay prints a line, and a line may come in pieces: the first whole one.
  const line = await eventually(() => said.includes('\n') && said.split('\n')[0], { timeoutMs: 60_000 });
  const { url, signInLink } = JSON.parse(line) as { url: string; signInLink: string };
  assert.equal(new URL(signInLink).origin, new URL(url).origin, 'the app is opened where it reloads');

  await using browser = await openBrowser();
  const page = await browser.context.newPage();
  const answers: string[] = [];
  page.on('response', (response) => answers.push(new URL(response.url()).pathname));
  await page.goto(signInLink);
  await page.locator('.card', { hasText: 'Look around' }).waitFor({ timeout: 60_000 });
  assert.ok(answers.includes('/@vite/client'), 'the app reloads when a source changes');
  assert.ok(answers.includes('/App.tsx'), 'the app is made of its sources');

  process.kill(-(npm.pid ?? assert.fail('npm did not start')), 'SIGINT');
  await eventually(async () => !(await isListening(relayPort)) && !isAnyLeft(npm), { timeoutMs: 20_000 });
  for (const each of said.trim().split('\n')) JSON.parse(each);
});
