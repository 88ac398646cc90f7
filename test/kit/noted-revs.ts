/** What a page of the app has had of one document, rev by rev, with the times: whether a save came, when, once and in order. */
import type { Page } from 'playwright-core';
import { feedOfMachine } from '#contract/feed-name.ts';
import type { StateWindow } from './browser.ts';
import { eventually } from './eventually.ts';

export interface NotedRev {
  readonly rev: string;
  /** Ms since 1970. */
  readonly at: number;
}

interface NotingWindow extends StateWindow {
  revs: NotedRev[];
}

/** Begins to note them in a page of `openState`. `key` is the document's, in the feed of its machine. */
export async function noteRevs(page: Page, machine: string, key: string): Promise<void> {
  await page.evaluate(
    ([feed, which]) => {
      const here = globalThis as unknown as NotingWindow;
      here.revs = [];
      setInterval(() => {
        const document = here.app.state.items.document?.[feed]?.[which] as { readonly rev: string } | undefined;
        if (document !== undefined && document.rev !== here.revs.at(-1)?.rev)
          here.revs.push({ rev: document.rev, at: Date.now() });
      }, 2);
    },
    [feedOfMachine(machine), key] as const,
  );
}

/** All so far. */
export async function notedRevs(page: Page): Promise<readonly NotedRev[]> {
  return await page.evaluate(() => (globalThis as unknown as NotingWindow).revs);
}

/** When the page had this rev, past or to come. */
export async function revAt(page: Page, rev: string): Promise<number> {
  return await eventually(async () => (await notedRevs(page)).find((one) => one.rev === rev)?.at);
}
