/** A real Chromium with a profile of its own, and pages of it that hold the app's state without its screens. */

import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import type { App } from '../../pwa/state/app-state.ts';
import { documentsOf, machinesOf, machinesWithDocuments } from '../../pwa/state/facts/sorts.ts';
import { eventually, patienceMs } from './eventually.ts';
import { programOf } from './parts.ts';
import { openTemporaryFolder } from './projects.ts';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext;
}

type BrowserOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

/** The browser with what belongs to a desktop; for tests that need `chromium-desktop`. */
export const onDesktop = (): BrowserOptions => ({ executablePath: programOf('chromium-desktop') });

/** What makes a page believe that it is on a phone. */
export const phone: BrowserOptions = { isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Starts Chromium; its profile ends with it. `localName` is a name that is 127.0.0.1 to it, whatever certificate is there. */
export async function openBrowser(localName?: string, options: BrowserOptions = {}): Promise<Browser> {
  const stack = new AsyncDisposableStack();
  const { path } = stack.use(await openTemporaryFolder());
  const args = localName === undefined ? flags : [...flags, `--host-resolver-rules=MAP ${localName} 127.0.0.1`];
  const browser = await openBrowserOn(path, {
    ignoreHTTPSErrors: localName !== undefined,
    ...options,
    args: [...args, ...(options.args ?? [])],
  });
  stack.use(browser);
  return { context: browser.context, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Starts Chromium with the profile in this folder, which stays when the browser ends. */
export async function openBrowserOn(profile: string, options: BrowserOptions = {}): Promise<Browser> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: programOf('chromium'),
    headless: true,
    args: flags,
    viewport: { width: 390, height: 844 },
    ...options,
  });
  context.setDefaultTimeout(1.5 * patienceMs);
  return { context, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until the app opens without a network. */
export async function keptOffline(page: Page): Promise<void> {
  await eventually(() =>
    page.evaluate(`navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated')`),
  );
}

/** What a finger leaves behind that has selected these words of a rendered text. */
export const selectWords = (words: string): string => `{
  const texts = document.createTreeWalker(document.querySelector('.markdown'), NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const at = node.data.indexOf(${JSON.stringify(words)});
    if (at < 0) continue;
    getSelection().setBaseAndExtent(node, at, node, at + ${words.length});
  }
}`;

/** What `test/browser/solid/state-page.ts` puts on its window. */
export interface StateWindow {
  readonly app: App;
  readonly started: Promise<void>;
}

let script: Promise<string> | undefined;

/** Opens the app's state at a relay's origin, signed in where a token is given, and waits until it has started. */
export async function openState(context: BrowserContext, url: string, token?: string): Promise<Page> {
  script ??= bundle();
  const code = await script;
  const page = await context.newPage();
  page.on('pageerror', (error) => console.error(error));
  // In one piece: what a page loads further may go past the route once a service worker is there.
  const body = `<!doctype html><script type="module">${code.replaceAll('</script', '<\\/script')}</script>`;
  await page.route('**/state-page.html', (route) => route.fulfill({ contentType: 'text/html', body }));
  await page.goto(`${url}/state-page.html${token === undefined ? '' : `#/sign-in/${token}`}`);
  await page.waitForFunction(() => 'started' in globalThis, undefined, { polling: 20 });
  await page.evaluate(async () => await (globalThis as unknown as StateWindow).started);
  return page;
}

/** The token of a new sign-in link. */
export async function newToken({ api }: { readonly api: { createSignInLink(): Promise<string> } }): Promise<string> {
  return (await api.createSignInLink()).split('/sign-in/')[1] ?? '';
}

/** The state of a page as a plain value, and what it knows by sort: machines by id, documents by machine and key. */
export async function stateOf(page: Page) {
  const state: App['state'] = await page.evaluate(() =>
    JSON.parse(JSON.stringify((globalThis as unknown as StateWindow).app.state)),
  );
  const documents: Record<string, ReturnType<typeof documentsOf>> = Object.fromEntries(
    machinesWithDocuments(state).map((machine) => [machine, documentsOf(state, machine)]),
  );
  return { ...state, machines: machinesOf(state), documents };
}

async function bundle(): Promise<string> {
  const { build } = await import('vite');
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2023',
      lib: {
        entry: join(import.meta.dirname, '../browser/solid/state-page.ts'),
        formats: ['es'],
        fileName: () => 'page.js',
      },
      rolldownOptions: { output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('Vite built nothing');
  return output.output[0].code;
}
