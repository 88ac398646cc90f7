/** `sallyport run`: runs one bridge in the foreground, until a signal or a final refusal of the relay. */
import { resolve } from 'node:path';
import { stderr } from 'node:process';
import { parseKey } from '#contract/key.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { uploadText } from '#contract/uploading.ts';
import { type Bridge, startBridge } from '../bridge.ts';
import {
  type Credentials,
  type DataFolder,
  defaultDataFolder,
  openDataFolder,
  readKeyFile,
} from '../data/data-folder.ts';
import { LockHeld } from '../data/lock.ts';
import { createLog, type Log } from '../log.ts';
import { parseRelayUrl } from '../net/address.ts';
import { sayWays, type WayFinder } from '../net/ways.ts';
import { discoverProjects } from '../projects/discover.ts';
import { toolHomes } from '../projects/homes.ts';
import { resolveRoots } from '../projects/roots.ts';
import type { BridgeEvent } from '../report.ts';
import { readEnvironment } from '../service/kept-environment.ts';
import { runAsService } from '../service/run-as-service.ts';
import { exitCodeOf, exitCodes } from '../system/exit-codes.ts';
import type { runOptions } from './options.ts';
import { coded, printJson } from './output.ts';
import { machineName, rememberNetwork, trust, waysTo } from './reach.ts';
import { createUploadLine, type UploadLine } from './upload-line.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof runOptions>;

/** Runs a bridge; resolves to the exit code. Throws a UsageError. */
export async function run(values: Values, folders: readonly string[], env: Env): Promise<number> {
  const path = resolve(values.data ?? defaultDataFolder(env));
  if (values.service === undefined) {
    const line = hasTerminal(values) ? createUploadLine(stderr) : undefined;
    return await runBridge(path, values, folders, env, createLog(values.logLevel, line?.write), line);
  }
  return await runAsService(values.service, path, values.logLevel, (log) =>
    runBridge(path, values, folders, { ...env, ...readEnvironment(path) }, log),
  );
}

async function runBridge(
  path: string,
  values: Values,
  folders: readonly string[],
  env: Env,
  log: Log,
  line?: UploadLine,
): Promise<number> {
  const stopped = untilStopped();
  const data = await openDataFolder(path);
  const { origin, key, relayKey } = await credentialsOf(values, data);
  const proxy = waysTo(origin, values, env, data.path);
  if (values.allowInsecure)
    log.warn(`--allow-insecure: others on the network may read what is sent to ${origin.origin}`);
  trust(values, data.path);
  await rememberNetwork(values, data.path);
  await sayWay(proxy, log);
  const roots = await resolveRoots(folders, data, env, process.cwd());
  const name = machineName(values.name);
  const more = folders.length > 0 ? {} : { registered: () => discoverProjects(undefined, env) };
  const watch = values.watch === 'poll' ? 'poll' : 'events';
  const onEvent = values.json ? printJson : (event: BridgeEvent) => sayUpload(event, log, line);
  try {
    await using bridge = await startBridge({
      origin,
      key,
      relayKey,
      proxy,
      name,
      data,
      roots,
      ...more,
      ...(values.agents === undefined ? {} : { agents: { port: values.agents, env } }),
      homes: () => toolHomes(env),
      env,
      watch,
      watches: values.watches,
      log,
      onEvent,
    });
    return await untilEnd(bridge, origin, stopped, log);
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    log.error(error.message);
    return exitCodes.failure;
  }
}

/** Whether a person looks on who may be shown what changes. */
function hasTerminal({ json }: Values): boolean {
  return !json && stderr.isTTY && process.env.TERM !== 'dumb';
}

/** Shows how far a long upload is: on the line of a terminal, or else in the log. */
function sayUpload(event: BridgeEvent, log: Log, line: UploadLine | undefined): void {
  if (event.event === 'uploading' && line === undefined) log.info(`uploading: ${uploadText(event)}`);
  else if (event.event === 'uploading') line?.show(event);
  else if (event.event === 'uploaded' || event.event === 'stopped') line?.show(undefined);
}

/** Logs the proxies on the way, if there are any. A PAC file that cannot be read now is read again later. */
async function sayWay(finder: WayFinder, log: Log): Promise<void> {
  try {
    const ways = await finder.find();
    if (ways.hops.some((hop) => hop !== undefined) || ways.note !== undefined) log.info(`on the way: ${sayWays(ways)}`);
  } catch (error) {
    log.warn(reasonOf(error));
  }
}

async function untilEnd(bridge: Bridge, { origin: url }: URL, stopped: Promise<void>, log: Log): Promise<number> {
  const problem = await Promise.race([bridge.ended, stopped]);
  if (problem === undefined) {
    log.info('stopping');
    return exitCodes.ok;
  }
  const code = exitCodeOf(problem);
  const hint =
    code === exitCodes.notSignedIn ? `Link this machine again: sallyport login ${url}` : problem.toJson().hint;
  log.error(`the relay refuses this bridge permanently: ${coded(problem.message, problem.code)} ${hint}`);
  return code;
}

/** The relay and the key: from the command line, else from the previous run. A key is sent only to the relay that it was given for. */
export async function credentialsOf(
  values: Omit<Values, 'service'>,
  data: DataFolder,
): Promise<{ readonly origin: URL; readonly key: string; readonly relayKey: string | undefined }> {
  const kept = data.credentials();
  const url = values.url ?? kept?.url;
  if (url === undefined)
    throw new UsageError('This machine is not linked to a relay. Link it: sallyport login https://RELAY');
  const origin = parseRelayUrl(url, values);
  const given = givenKey(values);
  if (given === undefined && kept !== undefined && new URL(kept.url).origin !== origin.origin)
    throw new UsageError(
      `The key in ${data.path} is for ${kept.url}. Pass the one for ${origin.origin} with --key-file.`,
    );
  const from = given ?? kept;
  if (from === undefined)
    throw new UsageError(
      `The machine's key is missing. Link this machine: sallyport login ${origin.origin}. Or set --key-file FILE or SALLYPORT_KEY.`,
    );
  const { key, relayKey } = keyOf(from);
  if (parseKey(key) !== 'spm') throw new UsageError("This is not a machine's key (spm_…). A character may be missing.");
  if (given === undefined) return { origin, key, relayKey: relayKey ?? kept?.relayKey };
  const isSame = kept !== undefined && new URL(kept.url).origin === origin.origin && keyOf(kept).key === key;
  const learned = isSame ? { machine: kept.machine, relayKey: kept.relayKey } : {};
  await data.keepCredentials({ ...learned, url: origin.origin, ...given });
  return { origin, key, relayKey: relayKey ?? learned.relayKey };
}

function givenKey({ key, keyFile }: Pick<Values, 'key' | 'keyFile'>): Omit<Credentials, 'url'> | undefined {
  if (key !== undefined && keyFile !== undefined) throw new UsageError('Give --key or --key-file, not both.');
  if (keyFile !== undefined) return { keyFile: resolve(keyFile) };
  return key === undefined ? undefined : { key };
}

function keyOf({ key, keyFile }: Omit<Credentials, 'url'>): ReturnType<typeof readKeyFile> {
  if (key !== undefined) return { key };
  try {
    return readKeyFile(keyFile ?? '');
  } catch (error) {
    throw new UsageError(`Could not read the key file ${keyFile}.`, { cause: error });
  }
}

/** Ms within which a stopped bridge must end. */
const stopMsMax = 1300;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal is closed), or when the parent process that opened a channel has ended. A second signal ends the process at once. */
function untilStopped(): Promise<void> {
  return new Promise((done) => {
    const stop = () => {
      done();
      // A project that is still being scanned must not keep the bridge from ending.
      setTimeout(() => process.exit(exitCodes.ok), stopMsMax).unref();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
    process.once('disconnect', stop);
  });
}
