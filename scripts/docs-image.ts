/** `npm run docs:image`: makes the picture of the README, `docs/images/app.png`, from the app as it is now. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Machine } from '#contract/machine.ts';
import { openBrowser, phone } from '../test/kit/browser.ts';
import { specText, writeFiles } from '../test/kit/projects.ts';
import { openWorld, type World } from '../test/kit/world.ts';
import { buildApp } from './build-pwa.ts';

const plan = [
  'Agree on what it is for',
  'Measure twice',
  'Try it on a calm day',
  'Write down what surprised us',
  'Show it to the night watch',
  'Ask the miller',
  'Clean up',
];
const overview =
  'People leave by the small gate all day long, and nobody should have to shout for it. This makes the way out quick, quiet and safe.';

/** Number and title, status, priority, tags, and how many lines of the plan are done. */
const specs: readonly (readonly [title: string, status: string, priority: string, tags: string, done: number])[] = [
  ['007 Stone for the east wall', 'complete', 'high', 'wall', 7],
  ['008 A map of every tunnel', 'complete', 'medium', 'map, tunnels', 7],
  ['009 Water from the second well', 'complete', 'low', 'water', 7],
  ['010 Guards change at dusk', 'complete', 'medium', 'gate', 7],
  ['011 A bell for the gate', 'planned', 'medium', 'gate, sound', 0],
  ['012 Lanterns along the wall', 'planned', 'low', 'light', 0],
  ['013 A ledger of who passed', 'planned', 'high', 'audit, gate', 0],
  ['014 The drawbridge rises by itself', 'in-progress', 'high', 'gate, safety', 3],
  ['015 Carrier pigeons retry', 'in-progress', 'medium', 'mail', 2],
  ['016 Bread arrives before noon', 'in-progress', 'low', 'kitchen', 5],
];

await buildApp();
await using world = await openWorld();
const root = join(world.folder, 'fort');
await writeFiles(
  root,
  Object.fromEntries(
    specs.map(([title, status, priority, tags, done]) => {
      const name = title.toLowerCase().replaceAll(' ', '-');
      const boxes = plan.map((line, index) => `- [${index < done ? 'x' : ' '}] ${line}`).join('\n');
      const fields = {
        status,
        priority,
        tags: `[${tags}]`,
        ...(name.startsWith('014') ? { depends_on: '[013-a-ledger-of-who-passed]' } : {}),
      };
      const body = `## Overview\n\n${overview}\n\n## Plan\n\n${boxes}\n\n## Done means\n\nA cart passes in under a minute, and the ledger says so.\n`;
      return [`specs/${name}/README.md`, specText(title.slice(4), fields, body)];
    }),
  ),
);
const machine = await world.startMachine('Work laptop', [root]);
const project = (await world.call<Machine>('GET', `/v1/machines/${machine.id}`)).projects[0]?.id ?? '';
const at = `#/m/${machine.id}/p/${project}`;
const spec = `${at}/spec/${encodeURIComponent('specs/014-the-drawbridge-rises-by-itself')}`;
const small = { ...phone, viewport: { width: 390, height: 844 } };
const pictures = [
  await picture(world, `${at}/specs`, { ...small, colorScheme: 'light' }),
  await picture(world, spec, { ...small, colorScheme: 'dark' }),
  await picture(world, `${spec}?view=board`, { viewport: { width: 1350, height: 844 }, colorScheme: 'light' }),
];
await writeFile(join(import.meta.dirname, '..', 'docs', 'images', 'app.png'), await beside(pictures));

/** A screen of the app, with two pixels for each on a phone. */
async function picture(
  { url, signInLink }: World,
  fragment: string,
  options: Parameters<typeof openBrowser>[1],
): Promise<Buffer> {
  await using browser = await openBrowser(undefined, options);
  const page = await browser.context.newPage();
  await page.goto(new URL(await signInLink(), url).href);
  await page.locator('main').waitFor();
  await page.goto(`${url}/${fragment}`);
  await page.getByText('The drawbridge rises by itself').first().waitFor();
  await page.waitForTimeout(1000);
  return await page.screenshot({ animations: 'disabled' });
}

/** All of them in one row, on a plain ground. */
async function beside(images: readonly Buffer[]): Promise<Buffer> {
  await using browser = await openBrowser(undefined, { viewport: { width: 1736, height: 707 } });
  const page = await browser.context.newPage();
  const row = images
    .map((image) => `<img height=675 src="data:image/png;base64,${image.toString('base64')}">`)
    .join('');
  await page.setContent(
    `<body style="margin:0;padding:16px;background:#cfcabd;display:flex;gap:0;width:max-content">${row}`,
  );
  return await page.locator('body').screenshot();
}
