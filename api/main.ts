/** `npm run api`: the relay alone, from its command line. */
import { UsageError } from '#contract/options.ts';
import { VERSION } from '#contract/version.ts';
import { backUp } from './backup.ts';
import { type ApiConfig, apiHelp, isLoopback, parseConfig } from './config.ts';
import { StartRefused } from './listen.ts';
import { openConfiguredStore, refusalOf, startApi } from './start.ts';

process.exitCode = await main();

/** The exit code: 0 after a clean end, 1 if it cannot start, 2 for an invalid command line. */
async function main(): Promise<number> {
  try {
    const { config, json, todo } = parseConfig(process.argv.slice(2), process.env);
    if (todo.is === 'help') console.log(apiHelp());
    else if (todo.is === 'version') console.log(VERSION);
    else if (todo.is === 'rehandle') await rehandle(config);
    else if (todo.is === 'backup') console.log(`The store is backed up in ${await backUp(config, todo.file)}.`);
    else await serve(config, json);
    return 0;
  } catch (failed) {
    const error = refusalOf(failed);
    if (!(error instanceof UsageError) && !(error instanceof StartRefused)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function serve(config: ApiConfig, json: boolean): Promise<void> {
  const ended = untilSignal();
  await using api = await startApi(config);
  if (config.allowInsecure && config.tls === undefined && !isLoopback(config.listen)) {
    console.error('Plain HTTP beyond this machine (--allow-insecure): keys and files can be read on the way.');
  }
  const signInLink = await api.createSignInLink();
  const { key, file, isNew } = await api.ownerKey();
  if (json) console.log(JSON.stringify({ url: api.url, signInLink, apiKey: key, metrics: api.metricsUrl }));
  else console.log(`Relay    ${api.url}\nSign in  ${signInLink}\nAPI key  ${isNew ? `${key}, kept in` : 'in'} ${file}`);
  if (!json && api.metricsUrl !== undefined) console.log(`Metrics  ${api.metricsUrl}`);
  await ended;
}

/** Gives a store that was restored from a copy a new handle, so that readers and bridges resync. */
async function rehandle(config: ApiConfig): Promise<void> {
  await using store = await openConfiguredStore(config);
  await store.rehandle();
  console.log('The store has another handle: readers start anew, and bridges compare all they have.');
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
