/** `sallyport status` and `sallyport config show`: prints what the data folder says, without asking the relay. */
import { join, resolve } from 'node:path';
import type { OptionValues } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { showFingerprint } from '#contract/signing.ts';
import { uploadedText, uploadText } from '#contract/uploading.ts';
import { defaultDataFolder, hasCredentials, openDataFolder } from '../data/data-folder.ts';
import { createPolicy } from '../data/policy.ts';
import { findKeepers } from '../keeper/client.ts';
import type { Child } from '../keeper/keeper.ts';
import { readNetwork } from '../net/network-settings.ts';
import { shownPac } from '../net/read-pac.ts';
import { machineFingerprint } from '../sessions/machine-key.ts';
import { inboxText, readStatus } from '../status-file.ts';
import { agoText, forText } from '../system/ago.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { onData } from './on-data.ts';
import type { plainOptions } from './options.ts';
import { printColumns, printError, printJson, printLine, printLines } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof plainOptions>;

/** Whether a bridge runs and is connected; the exit code is 0 if it is, else 1. */
export async function status(values: Values, env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const { pid, kept } = readStatus(data.path, join(data.path, 'status.json'));
  const acknowledged = data.acknowledged();
  const [keeper = null, ...before] = await keepersOf(data.path);
  const fingerprint = machineFingerprint(data.path);
  const connected = pid !== undefined && (kept?.state === 'live' || kept?.state === 'comparing');
  if (values.json)
    printJson({
      running: pid !== undefined,
      connected,
      data: data.path,
      ...(pid && { pid }),
      ...kept,
      acknowledged,
      keeper,
      ...(before.length === 0 ? {} : { keeperBefore: before[0] }),
      fingerprint: fingerprint ?? null,
    });
  else {
    const now =
      pid === undefined
        ? `no bridge is running. ${nextStep(data.path, env)}`
        : `${kept?.state ?? 'starting'}${forText(kept?.since)} (process ${pid})${connected || kept?.why === undefined ? '' : `. ${kept.why}`}`;
    printLine(`${connected ? 'connected' : 'not connected'}: ${now}`);
    if (kept !== undefined) printLine(`relay: ${kept.relay}`);
    if (kept?.way !== undefined && pid !== undefined) printLine(`way: ${kept.way.says}`);
    if (kept?.uploading !== undefined && pid !== undefined)
      printLine(
        connected ? `uploading: ${uploadText(kept.uploading)}` : `upload interrupted: ${uploadedText(kept.uploading)}`,
      );
    if (fingerprint !== undefined) printLine(`key of this machine: ${showFingerprint(fingerprint)}`);
    if (kept?.inbox !== undefined && connected) printLine(`what people type comes ${inboxText(kept.inbox)}`);
    if (acknowledged !== null) printLine(`last acknowledged: batch ${acknowledged.seq} of epoch ${acknowledged.epoch}`);
    if (kept?.agents !== undefined && pid !== undefined) {
      const { url, waiting } = kept.agents;
      printLine(`door for agents: ${url}, ${waiting.length} waiting`);
      printColumns(
        waiting.map(({ project, approval, since }) => [`  ${project}`, approval, `asked ${agoText(since)}`]),
      );
    }
    for (const { title, hint } of kept?.conditions ?? []) {
      printLine(`! ${title}`);
      printLine(`  ${hint}`);
    }
    printColumns(
      (kept?.projects ?? []).map(({ name, state, documents, root }) => [
        name,
        // Without a bridge nobody watches them.
        ...(pid === undefined ? [] : [state]),
        `${documents} documents`,
        root,
      ]),
    );
    for (const one of [keeper, ...before]) printKeeper(one);
  }
  return connected ? exitCodes.ok : exitCodes.failure;
}

/** What starts one, on a data folder where none runs. */
function nextStep(data: string, env: Env): string {
  const isLinked = hasCredentials(data);
  const line = onData(isLinked ? 'sallyport run' : 'sallyport login https://RELAY', data, env);
  return `${isLinked ? 'To start it' : 'To link this machine'}: ${line}`;
}

type KeeperShown =
  | { readonly pid: number; readonly version: string; readonly children: readonly Child[] }
  | { readonly trouble: string }
  | null;

/** The process that holds terminals and runs, and after an update also the one of the release before. */
async function keepersOf(dataFolder: string): Promise<readonly KeeperShown[]> {
  try {
    return (await findKeepers(dataFolder)).map(({ hello, children }) => ({ ...hello, children }));
  } catch (error) {
    return [{ trouble: reasonOf(error) }];
  }
}

function printKeeper(keeper: KeeperShown): void {
  if (keeper === null) return;
  if ('trouble' in keeper) {
    printLine(`keeper: ${keeper.trouble}`);
    return;
  }
  const { pid, version, children } = keeper;
  printLine(`keeper: process ${pid}, version ${version}, ${children.length} terminals and runs`);
  printColumns(
    children.map(({ sort, pid: own, argv, startedAt, end }) => [
      `  ${sort === 'pty' ? 'terminal' : 'run'}`,
      end === undefined ? `process ${own}` : `ended: ${end.signal ?? end.code}`,
      `began ${agoText(startedAt)}`,
      argv.join(' ').slice(0, 80),
    ]),
  );
}

/** The effective settings of a run on this data folder. Never shows the key, and of an address no password. */
export async function configShow(values: Values, env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const credentials = data.credentials();
  const { pac, ca } = readNetwork(data.path);
  const config = {
    data: data.path,
    url: credentials?.url ?? null,
    machine: credentials?.machine ?? null,
    key: credentials === undefined ? null : (credentials.keyFile ?? `${(credentials.key ?? '').slice(0, 8)}…`),
    pac: pac === undefined ? null : shownPac(pac),
    ca: ca ?? null,
    policy: createPolicy(data.path, (damage) => damage && printError(damage.message))(),
    projects: data.projects(),
  };
  if (values.json) printJson(config);
  else printLines(JSON.stringify(config, undefined, 2));
  return exitCodes.ok;
}
