/** Diagrams of a text are drawn in a frame that can neither read the app nor reach anything. */

import assert from 'node:assert/strict';
import { before } from 'node:test';
import { buildApp } from '../../scripts/build-pwa.ts';
import { phone } from '../kit/browser.ts';
import { eventually } from '../kit/eventually.ts';
import { testNeeding } from '../kit/parts.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openStage } from '../kit/stage.ts';

const test = testNeeding('chromium');

before(buildApp);

const good = '```mermaid\ngraph TD\n  A[Gate] --> B[Road]\n```\n';
const broken = '```mermaid\nthis is no diagram\n```\n';
const hostile =
  '```mermaid\n%%{init: {"securityLevel": "loose", "htmlLabels": true, "themeCSS": "@import url(https://elsewhere.example/x.css)"}}%%\n' +
  'graph TD\n  A["<img src=https://elsewhere.example/x.png onerror=parent.document.title=1>"] --> B\n  click A href "javascript:top.document.title=1"\n```\n';

test('a diagram is drawn, a broken one stays code, and a hostile one reaches nothing', async () => {
  await using stage = await openStage({
    browser: phone,
    prepare: (root) =>
      writeFiles(root, {
        'specs/010-drawn/README.md': specText('Drawn', {}, good),
        'specs/011-broken/README.md': specText('Broken', {}, broken),
        'specs/012-hostile/README.md': specText('Hostile', {}, hostile),
      }),
  });
  const { page } = stage;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).host));
  const inFrame = page.frameLocator('iframe.diagram');

  await stage.open('Drawn');
  await inFrame.getByText('Gate').waitFor();
  await page.locator('pre', { hasText: 'Gate' }).waitFor({ state: 'hidden' });
  const frame = page.frames().find((one) => one.url().endsWith('/diagram/index.html'));
  assert.equal(await frame?.evaluate('origin'), 'null');
  await assert.rejects(async () => await frame?.evaluate('top.document.title'), /cross-origin|Blocked/i);
  await assert.rejects(async () => await frame?.evaluate(`fetch('/v1/me')`), /Failed to fetch|Content Security/i);

  await page.getByRole('button', { name: 'Back' }).tap();
  await stage.open('Broken');
  await page.locator('pre', { hasText: 'this is no diagram' }).waitFor();
  await page.locator('iframe.diagram').waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Back' }).tap();
  await stage.open('Hostile');
  // Drawn or given up: either way it has been tried.
  await eventually(
    async () =>
      (await page.locator('iframe.diagram').count()) === 0 ||
      ((await page.locator('iframe.diagram').boundingBox())?.height ?? 0) > 0,
  );
  assert.equal(await page.title(), 'Hostile · Sallyport');
  assert.deepEqual(
    asked.filter((host) => host.includes('elsewhere')),
    [],
  );
});
