/** The real servers and browsers that tests use. A test file says at its top what it needs: `npm test` installs that where it can, and what is missing skips those tests by name. */
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { type TestContext, type TestOptions, test } from 'node:test';

const browsers = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** By name in sentences: Debian's package, and the programs of which any will do. */
export const parts = {
  'redis-server': { debian: 'redis-server', programs: ['redis-server'] },
  // The same browser without windows: it starts and draws in half the time.
  chromium: { debian: 'chromium-headless-shell', programs: ['chromium-headless-shell', ...browsers] },
  // With what belongs to a desktop: notifications, installing an app.
  'chromium-desktop': { debian: 'chromium', programs: browsers },
  // Of Debian's two flavours this one can open TLS; all else is the same.
  squid: { debian: 'squid-openssl', programs: ['squid'] },
  tinyproxy: { debian: 'tinyproxy', programs: ['tinyproxy'] },
  microsocks: { debian: 'microsocks', programs: ['microsocks'] },
  nginx: { debian: 'nginx', programs: ['nginx'] },
  systemd: { debian: 'systemd', programs: ['systemd-analyze'] },
  vim: { debian: 'vim-tiny', programs: ['vim.tiny', 'vim'] },
  top: { debian: 'procps', programs: ['top'] },
  gcc: { debian: 'gcc', programs: ['gcc'] },
  mitmproxy: { debian: 'mitmproxy', programs: ['mitmdump'] },
} as const satisfies Record<string, { readonly debian: string; readonly programs: readonly string[] }>;

export type Part = keyof typeof parts;

/** Where servers lie that are not on the path of everybody. */
const morePaths = ['/usr/sbin', '/sbin'];

/** The path of a program; undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  if (isAbsolute(name)) return existsSync(name) ? name : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...morePaths].filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The path of the part's program; undefined where it is not installed. */
export function findPart(part: Part): string | undefined {
  for (const name of parts[part].programs) {
    const found = findProgram(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The path of the part's program. Throws where it is not installed: then the test has not said that it needs it. */
export function programOf(part: Part): string {
  const found = findPart(part);
  if (found === undefined)
    throw new Error(`${part} is not installed here; a test that needs it says so (needs, testNeeding)`);
  return found;
}

/** Ends the reason of every such skip; `scripts/test.ts` counts by it. */
export const missingHere = 'not installed here';

/** Why a test with these parts is skipped here; false where it can run. Give it to `test` as `skip`. */
export function needs(...needed: readonly Part[]): string | false {
  const missing = needed.filter((part) => findPart(part) === undefined);
  return missing.length > 0 && `${missing.join(', ')}: ${missingHere}`;
}

type Run = (t: TestContext) => void | Promise<void>;

/** A `test` for a whole file whose tests need these parts. */
export function testNeeding(...needed: readonly Part[]) {
  const skip = needs(...needed);
  return (title: string, ...rest: readonly [run: Run] | readonly [options: TestOptions, run: Run]): void => {
    const [options, run] = rest.length === 1 ? [{}, rest[0]] : rest;
    void test(title, skip === false ? options : { ...options, skip }, run);
  };
}
