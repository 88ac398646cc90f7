/** A second `npm start` while the first one runs: it says where that is, makes a fresh sign-in link, and offers to add the projects. */
import { join } from 'node:path';
import { askYes } from '../bridge/cli/ask.ts';
import { projects } from '../bridge/cli/projects.ts';
import { readKeyFile } from '../bridge/data/data-folder.ts';
import { type Here, readHereIn } from '../bridge/data/here.ts';

/** How long the first one may take to answer, in ms. */
const answerMs = 3000;

/** What runs on this data folder and answers; undefined if nothing does. */
export async function tryFindRunning(data: string): Promise<Here | undefined> {
  const here = readHereIn(data);
  if (here === undefined) return undefined;
  const answer = await call(here, 'GET', '/v1/me').catch(() => undefined);
  return answer === undefined ? undefined : here;
}

/** Says it, and resolves to the exit code. */
export async function joinRunning(
  here: Here,
  data: string,
  folders: readonly string[],
  json: boolean,
): Promise<number> {
  const made = (await call(here, 'POST', '/v1/sign-in-links')) as { url: string };
  const signInLink = new URL(made.url, here.url).href;
  if (json) console.log(JSON.stringify({ url: here.url, signInLink, running: here.pid }));
  else
    console.log(
      [
        '',
        `  Sallyport is running already, as process ${here.pid}: ${here.url}`,
        `  Sign in      ${signInLink}   (once, within 15 minutes)`,
        '',
      ].join('\n'),
    );
  if (folders.length === 0) return 0;
  const isWanted = json ? undefined : await askYes(`Add ${folders.join(', ')} to it?`);
  if (isWanted === true)
    return await projects(
      { data: join(data, 'bridge'), dryRun: false, json: false, help: false },
      ['add', ...folders],
      process.env,
    );
  if (isWanted === undefined)
    console.error(
      `To add the project: sallyport projects add ${folders.map((folder) => JSON.stringify(folder)).join(' ')}`,
    );
  return 0;
}

async function call({ url, keyFile }: Here, method: string, path: string): Promise<unknown> {
  const response = await fetch(new URL(path, url), {
    method,
    headers: { authorization: `Bearer ${readKeyFile(keyFile).key}` },
    signal: AbortSignal.timeout(answerMs),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return await response.json();
}
