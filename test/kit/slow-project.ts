/** A project that takes long to read: small specs, and older ones that are large, on a disk that is slow while a file says so (`slow-disk.mjs`). */
import { mkdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TestApi } from './api.ts';
import { type Program, startProgram } from './process.ts';
import { specText, writeFiles } from './projects.ts';

/** How many of its specs are small. */
export const small = 24;

/** Its bytes are not uploaded, only what it is. */
const largeBytes = 6 * 1024 * 1024;
const preload = pathToFileURL(join(import.meta.dirname, 'slow-disk.mjs')).href;

/** Starts a bridge on a disk that is slow until `slow` is removed. */
export async function startSlowly(
  relay: TestApi,
  key: string,
  { data, root, slow }: { readonly data: string; readonly root: string; readonly slow: string },
): Promise<Program> {
  await writeFile(slow, '');
  return startOn(relay, key, { data, root, slow });
}

/** The same on a disk that is slow while `slow` is there. */
export function startOn(
  relay: TestApi,
  key: string,
  { data, root, slow }: { readonly data: string; readonly root: string; readonly slow: string },
): Program {
  const env = { NODE_OPTIONS: `--import=${preload}`, SALLYPORT_SLOW_WHILE: slow };
  return startProgram('bridge/main.ts', ['run', '--url', relay.url, '--key', key, '--data', data, '--json', root], env);
}

/** Resolves once all is up. */
export const isSynced = (bridge: Program) => bridge.line(({ event }) => event === 'synced', 60_000);

/** Small specs, and older ones that are large. */
export async function makeSlowToRead(root: string, count: number): Promise<void> {
  for (let n = 0; n < small; n++)
    await writeFiles(root, { [`specs/${100 + n}-small/README.md`]: specText(`Small ${n}`) });
  for (let n = 0; n < count; n++) {
    const file = join(root, `specs/${500 + n}-large/README.md`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '# Large\n');
    await truncate(file, largeBytes);
    await utimes(dirname(file), 1000, 1000);
  }
}

/** How many documents the relay lists. */
export async function countAt(relay: TestApi, machine: string): Promise<number> {
  return (await titlesAt(relay, machine)).length;
}

/** Their titles. */
export async function titlesAt({ ask }: TestApi, machine: string): Promise<readonly (string | undefined)[]> {
  const { json } = await ask<{ items?: { title?: string }[] }>('GET', `/v1/machines/${machine}/documents?limit=500`);
  return json.items?.map(({ title }) => title) ?? [];
}
