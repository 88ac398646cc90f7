/** `npm run api -- backup FILE`: asks the relay that works in the data folder for a copy of its store; makes one itself where none does. */
import { constants, copyFile, readFile, rm, stat } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { resolve } from 'node:path';
import { calls } from '#contract/paths.ts';
import { createBackups } from './backups.ts';
import type { ApiConfig } from './config.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { messageOf, StartRefused } from './listen.ts';
import { openConfiguredStore } from './start.ts';

/** Writes a copy of the store to `file`, which must not exist (mode 0600), and resolves to its absolute path. Throws StartRefused. */
export async function backUp(config: ApiConfig, file: string): Promise<string> {
  const target = resolve(file);
  if (await exists(target)) throw new StartRefused(`${target} exists; name a file that does not.`);
  const folder = await openDataFolder(config.data);
  const running = await folder.running();
  const made = running === undefined ? await copyUnused(config, folder) : await askRelay(running.url, config, folder);
  try {
    await copyFile(made, target, constants.COPYFILE_EXCL);
  } catch (cause) {
    throw new StartRefused(`The backup cannot be written to ${target}: ${messageOf(cause)}.`, { cause });
  } finally {
    await rm(made, { force: true });
  }
  return target;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function copyUnused(config: ApiConfig, folder: DataFolder): Promise<string> {
  await using store = await openConfiguredStore(config, folder);
  return await createBackups(store, folder.path)();
}

async function askRelay(url: string, { tls }: ApiConfig, folder: DataFolder): Promise<string> {
  const key = await folder.readOwnerKey();
  if (key === undefined) throw new StartRefused(`There is no owner's key at ${folder.ownerKeyFile}.`);
  // The certificate names the public address, not this one: what counts is that it is the relay's own.
  const trusted =
    tls === undefined
      ? {}
      : { ca: await readFile(tls.cert), allowPartialTrustChain: true, checkServerIdentity: () => undefined };
  const answer = await post(new URL(calls.backupCreate.path, url), {
    ...trusted,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
  const { file, detail, title, hint } = JSON.parse(answer) as Record<string, string | undefined>;
  if (file === undefined) throw new StartRefused([detail ?? title, hint].join(' '));
  return file;
}

/** Posts an empty object; resolves to the text of the answer. */
async function post(url: URL, options: RequestOptions): Promise<string> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return await new Promise((done, failed) => {
    const asked = request(url, { ...options, method: 'POST' }, async (response) => {
      try {
        done(Buffer.concat(await response.toArray()).toString('utf8'));
      } catch (error) {
        failed(error);
      }
    });
    asked.on('error', (cause) =>
      failed(new StartRefused(`The relay at ${url.origin} does not answer: ${messageOf(cause)}.`, { cause })),
    );
    asked.end('{}');
  });
}
