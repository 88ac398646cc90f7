/** `npm run bench:app [-- specs|slow|tap|save|lighthouse]`: how fast the app is on a phone's profile: 4 times slower, with 5,000 specs, on a slow line, from a tap to the file and from a save to the screen. Each figure is the median of several runs, beside a floor of the same run where there is one. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import type { Machine } from '#contract/machine.ts';
import { type Browser, openBrowser, phone } from '../../test/kit/browser.ts';
import { openLighthouse } from '../../test/kit/lighthouse.ts';
import {
  copyRealProject,
  makeSmallProject,
  realProjectsMissing,
  specText,
  writeFiles,
} from '../../test/kit/projects.ts';
import { screensOf } from '../../test/kit/screens.ts';
import { type MachineInWorld, openWorld, type World } from '../../test/kit/world.ts';
import { buildApp } from '../build-pwa.ts';

const wanted = process.argv[2];
const runs = 5;
/** How much slower a phone is than this machine. */
const slower = 4;

/** Frame times in ms while a page scrolls by 120 px each frame. */
const scrolling = `new Promise((resolve) => {
  const times = [];
  let last = performance.now();
  const step = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
    scrollBy(0, 120);
    if (times.length < 90) requestAnimationFrame(step);
    else resolve(times.slice(5));
  };
  requestAnimationFrame(step);
})`;

/** Ms from a letter that is typed to the frame after it. */
const keystroke = `new Promise((resolve) => {
  const field = document.querySelector('input[type=search]');
  const started = performance.now();
  field.value = field.value.length > 3 ? 'a' : field.value + ' ';
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - started)));
})`;

interface Ground {
  readonly world: World;
  readonly machine: MachineInWorld;
  readonly root: string;
  readonly project: string;
}

await buildApp();
const parts: Readonly<Record<string, () => Promise<void>>> = { specs, slow, tap, save, lighthouse };
for (const [name, run] of Object.entries(parts)) if (wanted === undefined || wanted === name) await run();

/** 5,000 specs, and the 441 real ones. */
async function specs(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const ground = await openGround(stack, (root) => makeSpecs(root, 5000));
  const browser = stack.use(await openBrowser(undefined, phone));
  const { page, debug } = await signIn(browser, ground.world);
  await page.locator('.card').first().waitFor({ timeout: 60_000 });
  await debug.send('Emulation.setCPUThrottlingRate', { rate: slower });
  say(
    '5,000 specs: first row, from the repeated opening',
    await repeat(() => firstRow(page, `${ground.world.url}/#/specs?status=all`)),
  );
  await debug.send('HeapProfiler.collectGarbage');
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize / 1e6');
  const nodes = await page.evaluate<number>('document.querySelectorAll("*").length');
  console.log(`5,000 specs: heap ${heap.toFixed(0)} MB, ${nodes} DOM nodes`);
  const frames = await page.evaluate<number[]>(scrolling);
  await page.goto('about:blank');
  await page.setContent('<div style="height:200000px"></div>');
  const floor = await page.evaluate<number[]>(scrolling);
  console.log(`5,000 specs: scroll frame p95 ${at(frames, 0.95)} ms beside ${at(floor, 0.95)} of an empty page`);
  await page.goto(`${ground.world.url}/#/specs?status=all&q=a`);
  await page.locator('.card').first().waitFor({ timeout: 60_000 });
  say('5,000 specs: keystroke to paint', await repeat(() => page.evaluate<number>(keystroke)));
  await blocked();
}

/** Total blocking time of the list of the real projects. */
async function blocked(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const ground = await openGround(stack, (root) => makeSpecs(root, 441));
  const browser = stack.use(await openBrowser(undefined, phone));
  const { page, debug } = await signIn(browser, ground.world);
  await page.locator('.card').first().waitFor({ timeout: 60_000 });
  await debug.send('Emulation.setCPUThrottlingRate', { rate: slower });
  say(
    '441 specs: total blocking time of an opening',
    await repeat(async () => {
      await firstRow(page, `${ground.world.url}/#/specs?status=all`);
      await page.waitForTimeout(1000);
      return await page.evaluate<number>('window.blockedMs');
    }),
  );
}

/** 400 kbit/s with 400 ms, 4 times slower. */
async function slow(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const ground = await openGround(stack, (root) =>
    realProjectsMissing === false ? copyRealProject('lean-spec', root) : makeSpecs(root, 381),
  );
  const times: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    await using browser = await openBrowser(undefined, phone);
    const page = await browser.context.newPage();
    const debug = await throttled(browser, page);
    const link = new URL(await ground.world.signInLink(), ground.world.url).href;
    const started = performance.now();
    await page.goto(link, { waitUntil: 'commit' });
    await page.locator('.card').first().waitFor({ timeout: 120_000 });
    times.push(performance.now() - started);
    if (run < 2) continue;
    await page.waitForTimeout(3000);
    const again = await repeat(() => firstRow(page, `${ground.world.url}/#/specs`));
    say('400 kbit/s: repeated opening', again);
    await debug.detach();
  }
  say('400 kbit/s: first true content, with signing in', times);
}

/** From the tap to the file, beside the same command by a bare POST. */
async function tap(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { world, machine, root, project } = await openGround(stack, makeSmallProject);
  const browser = stack.use(await openBrowser(undefined, phone));
  const { page } = await signIn(browser, world);
  const path = 'specs/001-first-light/README.md';
  await page.goto(`${world.url}/#/m/${machine.id}/p/${project}/spec/${encodeURIComponent('specs/001-first-light')}`);
  await page.locator('.markdown .tick').first().waitFor();
  await page.evaluate(
    `addEventListener('click', () => (window.tappedAt = performance.timeOrigin + performance.now()), true)`,
  );
  const taps: number[] = [];
  const posts: number[] = [];
  for (let run = 0; run < 20; run += 1) {
    const ticked = watchFor(join(root, path), await readFile(join(root, path), 'utf8'));
    await page.locator('.markdown .tick').first().tap();
    const written = await ticked;
    taps.push(written - (await page.evaluate<number>('window.tappedAt')));
    await page.waitForTimeout(400);
    const text = await readFile(join(root, path), 'utf8');
    const { rev } = await machine.document(path);
    const status = run % 2 === 0 ? 'planned' : 'in-progress';
    const changed = watchFor(join(root, path), text);
    const started = performance.timeOrigin + performance.now();
    await world.call('POST', `/v1/machines/${machine.id}/commands`, {
      kind: 'spec-metadata-update',
      args: { project, spec: '001-first-light', status: status === 'planned' ? 'in-progress' : 'planned' },
      ifRev: rev,
    });
    posts.push((await changed) - started);
    await page.waitForTimeout(400);
  }
  beside('tap → file', taps, posts, 'a bare POST → file');
}

/** From a save on the machine to the painted screen. */
async function save(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { world, root } = await openGround(stack, makeSmallProject);
  const browser = stack.use(await openBrowser(undefined, phone));
  const { page } = await signIn(browser, world);
  await page.locator('.card').first().waitFor();
  const times: number[] = [];
  for (let run = 0; run < 30; run += 1) {
    const title = `Saved ${run} times`;
    const painted = page.evaluate<number>(`new Promise((resolve) => {
      const look = () => document.body.textContent.includes(${JSON.stringify(title)})
        ? requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())))
        : requestAnimationFrame(look);
      look();
    })`);
    await page.waitForTimeout(150);
    const started = performance.timeOrigin + performance.now();
    await writeFile(join(root, 'specs/001-first-light/README.md'), specText(title, { status: 'in-progress' }));
    times.push((await painted) - started);
  }
  say('save → painted (title)', times);
}

/** Performance of each kind of screen on Lighthouse's phone profile. */
async function lighthouse(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { world, machine, project } = await openGround(stack, makeSmallProject);
  const { browser, look } = await openLighthouse();
  stack.use(browser);
  await signIn(browser, world);
  const screens = screensOf(machine.id, project);
  for (const name of ['inbox', 'list', 'board', 'spec', 'documents', 'machines', 'you', 'activity']) {
    const urls = Array.from({ length: runs }, () => `${world.url}/${screens[name]?.[0]}`);
    const scores = (await look(urls, ['performance'])).map((seen) => seen.scores.performance ?? 0);
    console.log(`Lighthouse performance of ${name}: ${at(scores, 0.5)} (${scores.join(', ')})`);
  }
}

async function openGround(stack: AsyncDisposableStack, fill: (root: string) => Promise<string>): Promise<Ground> {
  const world = stack.use(await openWorld());
  const root = await fill(join(world.folder, 'project'));
  const machine = await world.startMachine('laptop', [root]);
  const project = (await world.call<Machine>('GET', `/v1/machines/${machine.id}`)).projects[0]?.id ?? '';
  return { world, machine, root, project };
}

async function makeSpecs(root: string, count: number): Promise<string> {
  const statuses = ['planned', 'in-progress', 'complete'];
  const files = Array.from({ length: count }, (_, index) => {
    const name = `${String(index + 1).padStart(4, '0')}-a-spec`;
    const fields = { status: statuses[index % 3] ?? '', priority: 'high', tags: '[alpha, beta]' };
    return [
      `specs/${name}/README.md`,
      specText(`A spec about a thing, ${index}`, fields, '- [ ] One\n- [x] Two\n'),
    ] as const;
  });
  await writeFiles(root, Object.fromEntries(files));
  return root;
}

/** A page that is signed in and has read everything, and its debugger. */
async function signIn({ context }: Browser, world: World): Promise<{ page: Page; debug: CDPSession }> {
  const page = await context.newPage();
  await page.addInitScript(`
    window.blockedMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.blockedMs += Math.max(0, duration - 50);
    }).observe({ type: 'longtask', buffered: true });
  `);
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.locator('.card').first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(2000);
  return { page, debug: await context.newCDPSession(page) };
}

async function throttled({ context }: Browser, page: Page): Promise<CDPSession> {
  const debug = await context.newCDPSession(page);
  await debug.send('Network.enable');
  const bytes = 400_000 / 8;
  await debug.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 400,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
  await debug.send('Emulation.setCPUThrottlingRate', { rate: slower });
  return debug;
}

/** Ms from the start of an opening to the first row. */
async function firstRow(page: Page, url: string): Promise<number> {
  await page.goto('about:blank');
  await page.goto(url, { waitUntil: 'commit' });
  return await page.evaluate<number>(`new Promise((resolve) => {
    const look = () => (document.querySelector('.card') ? resolve(performance.now()) : requestAnimationFrame(look));
    look();
  })`);
}

/** When the file has another text than this, in ms since 1970. */
async function watchFor(path: string, before: string): Promise<number> {
  for (;;) {
    const now = performance.timeOrigin + performance.now();
    if ((await readFile(path, 'utf8')) !== before) return now;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function repeat(run: () => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) times.push(await run());
  return times;
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
}

function say(what: string, times: readonly number[]): void {
  console.log(`${what}: median ${at(times, 0.5)} ms (${times.map(Math.round).join(', ')})`);
}

function beside(what: string, times: readonly number[], floor: readonly number[], floorIs: string): void {
  const ratio = at(times, 0.5) / Math.max(1, at(floor, 0.5));
  console.log(`${what}: median ${at(times, 0.5)} ms, ${ratio.toFixed(2)} x ${floorIs} (${at(floor, 0.5)} ms)`);
}
