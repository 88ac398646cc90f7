/** The stage of the stories on screen: a relay, a bridge with the small project, and a browser that is signed in. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Browser, openBrowser } from './browser.ts';
import { makeSmallProject } from './projects.ts';
import { type MachineInWorld, openWorld, type World } from './world.ts';

export interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly machine: MachineInWorld;
  readonly root: string;
  readonly browser: Browser;
  readonly page: Page;
  /** Goes to a spec of the project by clicking its card. */
  open(title: string): Promise<void>;
}

export interface StageOptions {
  /** Changes the small project before the machine looks at it. */
  readonly prepare?: (root: string) => Promise<unknown>;
  /** Environment of the bridge, from the world's folder. */
  readonly env?: (folder: string) => Record<string, string>;
  /** Environment of the relay. */
  readonly relay?: Record<string, string>;
  /** Comes before the app is opened. */
  readonly before?: (page: Page) => Promise<unknown>;
  readonly browser?: Parameters<typeof openBrowser>[1];
}

/** A machine with the small project, and a browser of a phone's size that is signed in and shows its specs. */
export async function openStage(stage: StageOptions = {}): Promise<Stage> {
  const { prepare, env, relay, before, browser: options } = stage;
  const stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld(relay && { env: relay }));
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await prepare?.(root);
  const machine = await world.startMachine('laptop', [root], env?.(world.folder));
  const browser = stack.use(await openBrowser(undefined, options));
  const page = await browser.context.newPage();
  await before?.(page);
  await page.goto(new URL(await world.signInLink(), world.url).href);
  await page.getByRole('heading', { name: 'Specs', level: 1 }).waitFor();
  await page.locator('.card').first().waitFor();
  const open = async (title: string) => {
    await page.locator('.card a.title', { hasText: title }).click();
    await page.getByRole('heading', { name: title, level: 1 }).waitFor();
  };
  return { world, machine, root, browser, page, open, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
