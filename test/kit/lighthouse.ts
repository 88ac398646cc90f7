/** Lighthouse on the phone profile, in a browser that is signed in already. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, openBrowser, phone } from './browser.ts';
import { freePort } from './free-port.ts';

export interface Lighthouse {
  readonly browser: Browser;
  look(urls: readonly string[], categories: readonly string[]): Promise<readonly Seen[]>;
}

export interface Seen {
  readonly url: string;
  /** Of each category, 0 to 100. */
  readonly scores: Readonly<Record<string, number>>;
  readonly amiss: readonly string[];
}

/** Starts the browser; dispose of it by its `browser`. */
export async function openLighthouse(): Promise<Lighthouse> {
  const port = await freePort();
  const browser = await openBrowser(undefined, { ...phone, args: [`--remote-debugging-port=${port}`] });
  const program = join(import.meta.dirname, 'lighthouse-run.ts');
  return {
    browser,
    async look(urls, categories) {
      const args = [program, String(port), categories.join(','), ...urls];
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
      return stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));
    },
  };
}
