/** `npm run screenshots`: pictures of every screen, light and dark, at four widths, full, empty, loading, failing and offline, in `screenshots/` (which git ignores). Words narrow it to the pictures whose names contain all of them. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { defaultPolicy, type Machine } from '#contract/machine.ts';
import { openBrowser, phone } from '../test/kit/browser.ts';
import { copyRealProject, makeSmallProject, realProjectsMissing, specText, writeFiles } from '../test/kit/projects.ts';
import { makeScreensProject, type Screen, screensOf } from '../test/kit/screens.ts';
import { type MachineInWorld, openWorld, type World } from '../test/kit/world.ts';
import { buildApp } from './build-pwa.ts';

const folder = join(import.meta.dirname, '..', 'screenshots');
const words = process.argv.slice(2);

interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

const looks: readonly Look[] = [
  [320, 640],
  [390, 844],
  [820, 1180],
  [1440, 900],
].flatMap(([width = 0, height = 0]) => [
  { width, height, scheme: 'light' },
  { width, height, scheme: 'dark' },
]);

const approval = {
  id: 'approval_1',
  title: 'Review design for checkout',
  filePath: '.spec-workflow/specs/checkout/design.md',
  type: 'document',
  status: 'pending',
  category: 'spec',
  categoryName: 'checkout',
};

let count = 0;

await buildApp();
if (words.length === 0) await rm(folder, { recursive: true, force: true });
await full();
await busy();
await sessions();
await empty();
console.log(`${count} pictures are in ${folder}.`);

/** A relay with a machine that has the real projects where they are, and a small one. */
async function full(): Promise<void> {
  await using world = await openWorld();
  const roots = [await makeScreensProject(join(world.folder, 'shop'))];
  if (realProjectsMissing === false) {
    roots.push(await copyRealProject('lean-spec', world.folder), await copyRealProject('spec-workflow', world.folder));
  } else console.log(`Without the large projects: ${realProjectsMissing}.`);
  const machine = await world.startMachine('laptop', roots);
  const { projects } = await world.call<Machine>('GET', `/v1/machines/${machine.id}`);
  const idOf = (name: string) => projects.find((project) => project.name === name)?.id ?? '';
  const screens = screensOf(machine.id, idOf('shop'));
  const real: Record<string, Screen> =
    realProjectsMissing === false
      ? Object.fromEntries(
          Object.entries(screensOf(machine.id, idOf('lean-spec')))
            .filter(([name]) => ['list', 'board', 'graph', 'documents'].includes(name))
            .map(([name, [fragment, drawn]]) => [
              `real-${name}`,
              [fragment.replace(`#/m/${machine.id}/specs`, `#/m/${machine.id}/p/${idOf('lean-spec')}/specs`), drawn],
            ]),
        )
      : {};
  await photograph('full', world, { ...screens, ...real });
  await photograph('loading', world, pick(screens, ['inbox', 'list', 'spec', 'machines']), holdAnswers);
  await photograph('error', world, gone(machine));
  await photographOffline(world, pick(screens, ['inbox', 'list', 'spec', 'editor', 'machines']));
  await machine.bridge().end();
  await photograph('machine-offline', world, pick(screens, ['inbox', 'list', 'spec', 'machines']));
}

/** Something waits, something went wrong, and files have changed since the person looked. */
async function busy(): Promise<void> {
  for (const look of looks) {
    const names = ['waiting', 'changes', 'change', 'activity'].filter((name) => isWanted(pathOf('busy', name, look)));
    if (names.length === 0) continue;
    await using world = await openWorld();
    const root = await makeSmallProject(join(world.folder, 'shop'));
    await writeFiles(root, { '.spec-workflow/approvals/checkout/one.json': JSON.stringify(approval) });
    const machine = await world.startMachine('laptop', [root]);
    const project = (await world.call<Machine>('GET', `/v1/machines/${machine.id}`)).projects[0]?.id ?? '';
    await using browser = await open(look);
    const page = await signedIn(browser.context, world);
    await page.goto(`${world.url}/#/inbox`);
    await page.getByText('Approval wanted').waitFor();
    await page.goto(`${world.url}/#/specs`);
    await page.waitForTimeout(500);
    const args = { project, spec: '001-first-light', status: 'complete' };
    await machine.send('spec-metadata-update', args, '0'.repeat(64));
    await writeFiles(root, {
      'specs/002-second-wind/README.md': specText('Second wind', { status: 'complete' }, 'It blows.\n'),
      'specs/004-fourth/README.md': specText('A fourth one', { status: 'planned', priority: 'high' }),
      '.spec-workflow/steering/product.md': '# Product\n\nA shop that sells bread.\n',
    });
    const { rev } = await machine.document('specs/001-first-light/README.md');
    await machine.send('task-status-update', { ...args, status: 'completed', line: 9, text: 'Open the gate' }, rev);
    await page.waitForTimeout(1500);
    const at: Record<string, string> = {
      waiting: '#/inbox',
      changes: '#/inbox?part=changes',
      change: `#/m/${machine.id}/p/${project}/change/${encodeURIComponent('specs/002-second-wind')}`,
      activity: '#/activity',
    };
    for (const name of names) {
      await page.goto(`${world.url}/${at[name]}`);
      await take(page, pathOf('busy', name, look));
    }
  }
}

/** Terminals and runs, each in the states that it can have. */
async function sessions(): Promise<void> {
  await using world = await openWorld();
  const root = await makeSmallProject(join(world.folder, 'shop'));
  const kinds = { 'terminal-open': 'allow', 'terminal-close': 'allow', exec: 'allow' } as const;
  await writeFiles(join(world.folder, 'bridge-laptop'), {
    'policy.json': JSON.stringify({ ...defaultPolicy, kinds, home: true }),
  });
  const machine = await world.startMachine('laptop', [root], { SHELL: '/bin/sh', PS1: '$ ' });
  const place = { project: 'shop', cols: 46, rows: 30 };
  const terminal = async (title: string, line: string) => {
    const { result } = await machine.send('terminal-open', { ...place, title });
    const id = (result as { terminal: string }).terminal;
    await world.call('POST', `/v1/records/${id}/inputs`, { producer: 'me', seq: 1, inputs: [line] });
    return id;
  };
  const ok = '\\033[32m✔\\033[0m';
  const shown = `printf '${ok} an order carries its expiry\\n${ok} what is expired is not listed\\n'; git status --short\r`;
  const open = await terminal('Add TTL to orders', shown);
  const ended = await terminal('npm run dev', 'echo listening on 3000; exit 3\r');
  await machine.send('exec', { project: 'shop', command: 'echo pass 41; echo fail 1 >&2; exit 7' });
  await machine.send('exec', { project: 'shop', cwd: 'specs', command: 'ls -la' });
  const { items } = await world.call<{ items: readonly { id: string; kind: string }[] }>(
    'GET',
    `/v1/machines/${machine.id}/records`,
  );
  const run = items.find(({ kind }) => kind === 'run')?.id ?? '';
  const screens: Record<string, Screen> = {
    list: ['#/sessions', '.row-title'],
    terminal: [`#/terminal/${open}`, '.xterm-rows'],
    'terminal that ended': [`#/terminal/${ended}`, '.terminal-end'],
    run: [`#/run/${run}`, '.run-text span'],
    recording: [`#/recording/${ended}`, '.xterm-rows span'],
  };
  await photograph('sessions', world, screens);
  await machine.bridge().end();
  await photograph('sessions-machine-offline', world, screens);
}

/** A relay that no machine has joined. */
async function empty(): Promise<void> {
  await using world = await openWorld();
  const screens = pick(screensOf('', ''), ['list', 'inbox', 'machines', 'activity', 'audit', 'documents']);
  const ofNoMachine = Object.entries(screens).map(([name, [fragment]]): [string, Screen] => [
    name,
    [fragment.replace('#/m//', '#/'), 'h1'],
  ]);
  await photograph('empty', world, Object.fromEntries(ofNoMachine));
}

function gone({ id }: MachineInWorld): Record<string, Screen> {
  return {
    machine: ['#/m/gone-for-good/specs', 'main'],
    spec: [`#/m/${id}/p/gone/spec/specs%2F999-gone`, 'main'],
    document: [`#/m/${id}/p/gone/document/specs%2Fgone.md`, 'main'],
  };
}

function pick(screens: Record<string, Screen>, names: readonly string[]): Record<string, Screen> {
  return Object.fromEntries(Object.entries(screens).filter(([name]) => names.includes(name)));
}

/** The relay takes requests for feeds and says nothing. */
async function holdAnswers(context: BrowserContext): Promise<void> {
  await context.route(/\/v1\/(?:stream|feeds|machines)/, () => {});
}

async function photograph(
  state: string,
  world: World,
  screens: Record<string, Screen>,
  before?: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  for (const look of looks) {
    const wanted = Object.entries(screens).filter(([name]) => isWanted(pathOf(state, name, look)));
    if (wanted.length === 0) continue;
    await using browser = await open(look);
    await before?.(browser.context);
    const page = await signedIn(browser.context, world);
    for (const [name, [fragment, drawn]] of wanted) {
      await page.goto(`${world.url}/${fragment}`);
      const shown = before === undefined ? drawn : 'main';
      await page
        .locator(shown)
        .first()
        .waitFor({ timeout: 10_000 })
        .catch(() => {
          console.log(`${state} ${name}: ${shown} did not appear; the picture shows what did.`);
        });
      await take(page, pathOf(state, name, look));
    }
  }
}

/** Opened once with a network, and photographed without. */
async function photographOffline(world: World, screens: Record<string, Screen>): Promise<void> {
  for (const look of looks) {
    const wanted = Object.entries(screens).filter(([name]) => isWanted(pathOf('offline', name, look)));
    if (wanted.length === 0) continue;
    await using browser = await open(look);
    const page = await signedIn(browser.context, world);
    for (const [, [fragment, drawn]] of wanted) {
      await page.goto(`${world.url}/${fragment}`);
      await page.locator(drawn).first().waitFor();
    }
    await browser.context.setOffline(true);
    for (const [name, [fragment]] of wanted) {
      await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
      await page.waitForTimeout(500);
      await take(page, pathOf('offline', name, look));
    }
  }
}

async function open({ width, height, scheme }: Look) {
  const touch = width < 960 ? phone : {};
  return await openBrowser(undefined, { ...touch, viewport: { width, height }, colorScheme: scheme });
}

async function signedIn(context: BrowserContext, world: World): Promise<Page> {
  const page = await context.newPage();
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('main').waitFor();
  return page;
}

async function take(page: Page, path: string): Promise<void> {
  await page.waitForTimeout(400);
  await mkdir(dirname(path), { recursive: true });
  await page.screenshot({ path, animations: 'disabled' });
  count += 1;
}

function pathOf(state: string, name: string, { width, scheme }: Look): string {
  return join(folder, state, `${name}-${width}-${scheme}.png`);
}

function isWanted(path: string): boolean {
  return words.every((word) => path.slice(folder.length).includes(word));
}
