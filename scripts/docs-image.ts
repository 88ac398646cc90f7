/** `npm run docs:image`: makes the picture of the README, `docs/images/app.png`, from the app as it is now. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { defaultPolicy, type Machine } from '#contract/machine.ts';
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

/** What is run in the terminal, and what it prints. */
const trial = 'sh try-the-bridge.sh';
const ok = '\\033[32m✔\\033[0m';
const script = `printf '${[
  `${ok} a cart passes in 48 s`,
  `${ok} the bell rings once`,
  `${ok} the ledger says who passed`,
  '\\033[31m✘\\033[0m nobody has to shout',
  '\\033[31m  the guard shouted at 14:02\\033[0m',
  '',
  '\\033[90mtries 4 · passed 3 · failed 1 · 6.2 s\\033[0m',
  '',
].join('\\n')}'\n`;

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
await writeFiles(root, { 'try-the-bridge.sh': script });
const policy = { ...defaultPolicy, kinds: { 'terminal-open': 'allow', 'terminal-close': 'allow' } };
await writeFiles(join(world.folder, 'bridge-Work laptop'), { 'policy.json': JSON.stringify(policy) });
const machine = await world.startMachine('Work laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
const project = (await world.call<Machine>('GET', `/v1/machines/${machine.id}`)).projects[0]?.id ?? '';
const at = `#/m/${machine.id}/p/${project}`;
const spec = `${at}/spec/${encodeURIComponent('specs/014-the-drawbridge-rises-by-itself')}`;
const small = { ...phone, viewport: { width: 390, height: 844 } };
const opened = { project: 'fort', cols: 46, rows: 34, title: 'Try the drawbridge' };
const { terminal } = (await machine.send('terminal-open', opened)).result as { terminal: string };
for (const [seq, line] of ["PS1='$ '; clear", trial].entries()) {
  const typed = { producer: 'me', seq: seq + 1, inputs: [`${line}\r`] };
  await world.call('POST', `/v1/records/${terminal}/inputs`, typed);
  await setTimeout(1000);
}
const drawbridge = 'The drawbridge rises by itself';
const pictures = [
  await picture(world, `${at}/specs`, drawbridge, { ...small, colorScheme: 'light' }),
  await picture(world, `#/terminal/${terminal}`, 'tries 4', { ...small, colorScheme: 'dark' }),
  await picture(world, `${spec}?view=board`, drawbridge, {
    viewport: { width: 1350, height: 844 },
    colorScheme: 'light',
  }),
];
await writeFile(join(import.meta.dirname, '..', 'docs', 'images', 'app.png'), await beside(pictures));

/** A screen of the app once `shown` is there, with two pixels for each on a phone. */
async function picture(
  { url, signInLink }: World,
  fragment: string,
  shown: string,
  options: Parameters<typeof openBrowser>[1],
): Promise<Buffer> {
  await using browser = await openBrowser(undefined, options);
  const page = await browser.context.newPage();
  await page.goto(new URL(await signInLink(), url).href);
  await page.locator('main').waitFor();
  await page.goto(`${url}/${fragment}`);
  await page.getByText(shown).first().waitFor();
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
