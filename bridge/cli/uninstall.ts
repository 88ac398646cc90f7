/** `sallyport uninstall`: removes the service, the bridge's data and, where asked, the machine at its relay. It shows first what it is going to remove. Projects are never touched. */
import { dirname, resolve } from 'node:path';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { defaultDataFolder, hasCredentials, readCredentials } from '../data/data-folder.ts';
import { LockHeld, lockHolder, openLockOnceFree } from '../data/lock.ts';
import { endKeepers, findKeepers } from '../keeper/client.ts';
import { forgetEnvironment } from '../service/kept-environment.ts';
import { forgetLastRun, runByCron } from '../service/last-run.ts';
import { contentOf, removeOwn } from '../service/own-files.ts';
import { type ServiceSystem, ServiceTrouble } from '../service/service.ts';
import { serviceState } from '../service/service-state.ts';
import { serviceSystem } from '../service/systems.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { askYes } from './ask.ts';
import type { uninstallOptions } from './options.ts';
import { printError, printJson, printLine } from './output.ts';
import { machineRemoval, type RemoveMachine } from './remove-machine.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof uninstallOptions>;

/** How long the bridge of a service that was stopped may take to end, in ms. */
const endMsMax = 15_000;

/** What there is to remove. */
interface Plan {
  readonly data: string;
  /** The service, where one is installed for this data folder. */
  readonly service: ServiceSystem | undefined;
  /** The file of a service that is installed for another. */
  readonly otherService: string | undefined;
  readonly own: readonly string[];
  /** Files in the data folder that are not Sallyport's. */
  readonly others: readonly string[];
  /** How many terminals and runs end, where the keeper runs. */
  readonly kept: number | undefined;
  /** Whether a line of cron has started the last run. */
  readonly cron: boolean;
  /** The relay that this machine is linked to. */
  readonly relay: string | undefined;
}

/** Removes what it has shown; resolves to the exit code. Throws a UsageError. */
export async function uninstall(values: Values, words: readonly string[], env: Env): Promise<number> {
  if (words.length > 0) throw new UsageError(`uninstall takes no "${words[0]}".`);
  try {
    const plan = await planFor(resolve(values.data ?? defaultDataFolder(env)), env);
    if (plan === undefined) return exitCodes.failure;
    return await askAndRemove(plan, values, env);
  } catch (error) {
    if (!(error instanceof ServiceTrouble)) throw error;
    printError(error.message);
    return exitCodes.failure;
  }
}

async function askAndRemove(plan: Plan, values: Values, env: Env): Promise<number> {
  const { data, service, own, relay } = plan;
  if (service === undefined && own.length === 0) {
    if (values.json) printJson({ removed: [], machine: false });
    else printLine(`There is nothing to remove: no service of ${data}, and no data of Sallyport’s in it.`);
    return exitCodes.ok;
  }
  // What cannot be done is said before anything is removed.
  const prepare = () => machineRemoval(data, values, env);
  const asked = values.machine ? prepare() : undefined;
  if (!values.json) show(plan, values.machine);
  if (!values.yes && !(await isAgreed())) return exitCodes.failure;
  const isMore = asked === undefined && !values.yes && relay !== undefined && (await askAboutMachine(relay));
  return await carryOut(plan, isMore ? prepare() : asked, values);
}

/** Undefined, having said why, where a bridge runs that is not the service. */
async function planFor(data: string, env: Env): Promise<Plan | undefined> {
  const system = serviceSystem(env);
  const state = system && (await serviceState(system, data));
  const installed = state?.installed || state?.elsewhere ? system : undefined;
  const isOwn = state?.installed === true;
  const holder = lockHolder(data);
  if (holder !== undefined && !(isOwn && holder.pid === state?.pid)) {
    printError(`A bridge runs on ${data} (process ${holder.pid}), and is not the service. Stop it first.`);
    return undefined;
  }
  const service = isOwn ? installed : undefined;
  const otherService = isOwn ? undefined : installed?.file;
  const content = await contentOf(data);
  const relay = hasCredentials(data) ? readCredentials(data)?.url : undefined;
  const keepers = await findKeepers(data);
  const running = keepers.flatMap(({ children }) => children.filter(({ end }) => end === undefined));
  const kept = keepers.length === 0 ? undefined : running.length;
  return { data, service, otherService, ...content, kept, relay, cron: runByCron(data) !== undefined };
}

function show({ data, service, otherService, own, others, kept, relay, cron }: Plan, withMachine: boolean): void {
  printLine('This removes:');
  if (service !== undefined) printLine(`  the service: ${service.file}`);
  if (kept !== undefined) printLine(`  the process that holds terminals and runs, with ${kept} that run`);
  if (own.length > 0) printLine(`  the bridge’s data, with the key of this machine, in ${data}:`);
  for (const line of pathLines(own, data)) printLine(`    ${line}`);
  if (relay !== undefined && withMachine) printLine(`  this machine at ${relay}, with all that is kept there of it`);
  printLine('It stays:');
  printLine('  every file of your projects');
  if (otherService !== undefined) printLine(`  the service, which runs on another data folder: ${otherService}`);
  if (relay !== undefined && !withMachine) printLine(`  this machine at ${relay} (--machine removes it too)`);
  if (cron) printLine('  the line of cron that starts the bridge: remove it with crontab -e');
  for (const path of others) printLine(`  ${path}, which is not Sallyport’s`);
}

/** Each file; those of a folder below, of which there may be thousands, by their number. */
function pathLines(paths: readonly string[], data: string): readonly string[] {
  const byFolder = Map.groupBy(paths, (path) => dirname(path));
  return [...byFolder].flatMap(([folder, files]) =>
    folder === data ? files : [`${folder} (${files.length} ${files.length === 1 ? 'file' : 'files'})`],
  );
}

/** Throws a UsageError where nobody can be asked. */
async function isAgreed(): Promise<boolean> {
  const answer = await askYes('Remove it?');
  if (answer === undefined) throw new UsageError('Nothing was removed. Add --yes to remove it without a question.');
  if (!answer) printLine('Nothing was removed.');
  return answer;
}

async function askAboutMachine(relay: string): Promise<boolean> {
  return (await askYes(`Remove this machine at ${relay} as well, with its documents there?`)) === true;
}

/** The service first, so that no bridge writes while its data goes; the machine before the key, which it takes. */
async function carryOut(plan: Plan, removeMachine: RemoveMachine | undefined, values: Values): Promise<number> {
  const { service, data, own, others } = plan;
  await removeService(plan);
  const removed = service === undefined ? [] : [service.file];
  const stop = (says: string, code: number) => {
    if (values.json) printJson({ removed, machine: false });
    printError(service === undefined ? says : `The service is removed. ${says}`);
    return code;
  };
  try {
    // No bridge starts meanwhile.
    await using _lock = own.length > 0 ? await openLockOnceFree(data, endMsMax) : undefined;
    const failure = await removeMachine?.();
    if (failure !== undefined) return stop(failure.says, failure.code);
    if (own.length > 0) {
      await endKeepers(data);
      await removeOwn(data);
    }
  } catch (error) {
    if (!(error instanceof LockHeld)) throw error;
    return stop(`A bridge runs on ${data} (process ${error.pid}). Its data stays. Stop it first.`, exitCodes.failure);
  }
  if (values.json) printJson({ removed: [...removed, ...own], machine: removeMachine !== undefined });
  else printLine(others.length === 0 ? 'It is removed.' : `It is removed. Other files stay in ${data}.`);
  return exitCodes.ok;
}

async function removeService({ service, data }: Plan): Promise<void> {
  if (service === undefined) return;
  await service.uninstall();
  await forgetLastRun(data);
  await forgetEnvironment(data);
}
