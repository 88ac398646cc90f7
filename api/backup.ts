/** `npm run api -- backup FILE`: asks the relay that runs on the data folder for a copy of its store, or makes the copy itself if none runs. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { constants, copyFile, readFile, rm, stat } from 'node:fs/promises';
import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { resolve } from 'node:path';
import { calls } from '#contract/paths.ts';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { createBackups } from './backups.ts';
import type { ApiConfig } from './config.ts';
import { type DataFolder, openDataFolder, type RunningRelay, storeUrlIn } from './data-folder.ts';
import { isProof } from './identity/relay-identity.ts';
import { StartRefused } from './listen.ts';
import { openConfiguredStore } from './start.ts';

/** Writes a copy of the store to `file`, which must not exist (mode 0600), and resolves to its absolute path. Throws StartRefused. */
export async function backUp(config: ApiConfig, file: string): Promise<string> {
  const target = resolve(file);
  if (await exists(target)) throw new StartRefused(`${target} exists; name a file that does not.`);
  if (!(await exists(config.data))) await checkStoreFile(config);
  const folder = await openDataFolder(config.data);
  const running = await folder.running();
  const asked = running && (await askRelay(running, config, folder));
  const made = asked ?? (await copyUnused(config, folder));
  try {
    await copyFile(made, target, constants.COPYFILE_EXCL);
  } catch (cause) {
    const todo = 'Name a file in a folder that is there, and on a disk with space.';
    throw new StartRefused(`The backup cannot be written to ${target}: ${reasonOf(cause)}. ${todo}`, { cause });
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
  await checkStoreFile(config);
  await using store = await openConfiguredStore(config, folder);
  return await createBackups(store, folder.path)().catch((error: unknown) => {
    throw error instanceof Problem && error.code === 'backup-elsewhere'
      ? new StartRefused(sentenceOf(error.toJson()), { cause: error })
      : error;
  });
}

/** Checks that the store exists: opening a missing one would create it, and the copy would be empty. Throws StartRefused. */
async function checkStoreFile({ store, data }: ApiConfig): Promise<void> {
  const [scheme, file] = /^(sqlite:)?(.*)$/s.exec(store ?? storeUrlIn(data))?.slice(1) ?? [];
  if (scheme === undefined || file === undefined || (await exists(file))) return;
  throw new StartRefused(`There is no store at ${file}. Check --data and --store.`);
}

/** The file that the relay has written; undefined if no relay listens, as after a relay was killed, which is still noted in the folder. */
async function askRelay(running: RunningRelay, config: ApiConfig, folder: DataFolder): Promise<string | undefined> {
  const key = await folder.readOwnerKey();
  if (key === undefined) throw new StartRefused(`There is no owner's key at ${folder.ownerKeyFile}.`);
  const call = createCall(running.url, await trustedFor(config));
  const nonce = randomBytes(24).toString('base64url');
  const hello = await call('GET', `${calls.hello.path}?nonce=${nonce}`).catch(noneListens);
  if (hello === undefined) return undefined;
  const { identity } = hello;
  // Another program may have taken the port of a killed relay. It must not get the key.
  if (!isProof(identity, nonce, running.relayKey))
    throw new StartRefused(
      `What answers at ${running.url} is not the relay of ${folder.path}. If that one has ended, delete ${folder.runningFile} and try again.`,
    );
  const answer = await call('POST', calls.backupCreate.path, key);
  if (typeof answer.file !== 'string') throw new StartRefused(sentenceOf(answer));
  return answer.file;
}

function noneListens(error: unknown): undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED')) throw error;
}

function sentenceOf({ detail, title, hint }: Readonly<Record<string, unknown>>): string {
  return `${detail ?? title}. ${hint}`;
}

/** The certificate is for the public address, not for this one. It is enough that it is the relay's own. */
async function trustedFor({ tls }: ApiConfig): Promise<RequestOptions> {
  if (tls === undefined) return { agent: new HttpAgent({ keepAlive: true, maxSockets: 1 }) };
  const ca = await readFile(tls.cert);
  return { ca, allowPartialTrustChain: true, checkServerIdentity: () => undefined };
}

type Call = (method: string, path: string, key?: string) => Promise<Record<string, unknown>>;

/** Builds calls to one relay, over one connection, that resolve to the JSON of the answer. */
function createCall(origin: string, options: RequestOptions): Call {
  return async (method, path, key) => {
    const url = new URL(path, origin);
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const asked = request(url, { ...options, method, headers });
      asked.end(method === 'GET' ? undefined : '{}');
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      return JSON.parse(Buffer.concat(await answer.toArray()).toString('utf8'));
    } catch (cause) {
      throw new StartRefused(
        `The relay at ${origin} does not answer: ${reasonOf(cause)}. Try again, or stop it first.`,
        { cause },
      );
    }
  };
}
