/** `sallyport uninstall`: removes the service, the bridge's data and, where asked, the machine at its relay. It shows first what it is going to remove. Projects are never touched. */
import { resolve } from 'node:path';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { defaultDataFolder, readCredentials, readKeyFile } from '../data.ts';
import { lockHolder } from '../lock.ts';
import { parseRelayUrl } from '../net/address.ts';
import { createClient } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { createRelayProof } from '../net/relay-proof.ts';
import { contentOf, removeOwn } from '../service/own-files.ts';
import { type ServiceSystem, ServiceTrouble } from '../service/service.ts';
import { serviceState } from '../service/service-state.ts';
import { serviceSystem } from '../service/systems.ts';
import { askYes } from './ask.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import type { uninstallOptions } from './options.ts';
import { printError, printJson, printLine } from './output.ts';
import { trust, waysTo } from './reach.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof uninstallOptions>;

/** What there is to remove. */
interface Plan {
  readonly data: string;
  /** The service, where one is installed. */
  readonly service: ServiceSystem | undefined;
  readonly own: readonly string[];
  /** Files in the data folder that are not Sallyport's. */
  readonly others: readonly string[];
  /** The relay that this machine is linked to. */
  readonly relay: string | undefined;
}

/** Removes what it has shown; resolves to the exit code. Throws a UsageError. */
export async function uninstall(values: Values, words: readonly string[], env: Env): Promise<number> {
  if (words.length > 0) throw new UsageError(`uninstall takes no "${words[0]}".`);
  const plan = await planFor(resolve(values.data ?? defaultDataFolder(env)), env);
  if (plan === undefined) return exitCodes.failure;
  if (plan.service === undefined && plan.own.length === 0) {
    if (values.json) printJson({ removed: [] });
    else printLine(`There is nothing to remove: no service, and no data in ${plan.data}.`);
    return exitCodes.ok;
  }
  if (!values.json) show(plan, values.machine);
  if (!values.yes && !(await isAgreed())) return exitCodes.failure;
  const withMachine =
    values.machine || (!values.yes && plan.relay !== undefined && (await askAboutMachine(plan.relay)));
  try {
    return await carryOut(plan, withMachine, values, env);
  } catch (error) {
    if (!(error instanceof ServiceTrouble)) throw error;
    printError(error.message);
    return exitCodes.failure;
  }
}

/** Undefined, having said why, where a bridge runs that is not the service. */
async function planFor(data: string, env: Env): Promise<Plan | undefined> {
  const system = serviceSystem(env);
  const state = system && (await serviceState(system, data));
  const holder = lockHolder(data);
  if (holder !== undefined && holder.pid !== state?.pid) {
    printError(`A bridge runs on ${data} (process ${holder.pid}), and is not the service. Stop it first.`);
    return undefined;
  }
  const service = state?.installed ? system : undefined;
  return { data, service, ...(await contentOf(data)), relay: readCredentials(data)?.url };
}

function show({ data, service, own, others, relay }: Plan, withMachine: boolean): void {
  printLine('This removes:');
  if (service !== undefined) printLine(`  the service: ${service.file}`);
  if (own.length > 0) printLine(`  the bridge’s data, with the key of this machine: ${data}`);
  if (relay !== undefined && withMachine) printLine(`  this machine at ${relay}, with all that is kept there of it`);
  printLine('It stays:');
  printLine('  every file of your projects');
  if (relay !== undefined && !withMachine) printLine(`  this machine at ${relay} (--machine removes it too)`);
  for (const path of others) printLine(`  ${path}, which is not Sallyport’s`);
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
async function carryOut(plan: Plan, withMachine: boolean, values: Values, env: Env): Promise<number> {
  await plan.service?.uninstall();
  if (withMachine && plan.relay !== undefined) {
    const code = await removeMachine(plan.data, values, env);
    if (code !== exitCodes.ok) return code;
  }
  await removeOwn(plan.data);
  const { service, data, own, others } = plan;
  if (values.json)
    printJson({ removed: [...(service === undefined ? [] : [service.file]), ...own], machine: withMachine });
  else printLine(others.length === 0 ? 'It is removed.' : `It is removed. Other files stay in ${data}.`);
  return exitCodes.ok;
}

/** Has the relay remove the machine, with its own key. Where that cannot be, the data stays, so that it can be tried again. */
async function removeMachine(data: string, values: Values, env: Env): Promise<number> {
  const kept = readCredentials(data);
  const found = kept?.key === undefined ? kept?.keyFile && readKeyFile(kept.keyFile) : { key: kept.key };
  if (kept === undefined || !found) throw new UsageError(`There is no key in ${data}. Leave --machine out.`);
  trust(values.ca);
  const origin = parseRelayUrl(kept.url, values);
  const proof = createRelayProof({ ...kept, ...found }.relayKey);
  try {
    await using client = createClient({ origin, key: found.key, proof, proxy: waysTo(origin, values, env, data) });
    await client.call('bridgeMachineRemove');
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof Interruption)) throw error;
    // It is not there any more, which is what was wanted.
    if (error instanceof Problem && (error.code === 'machine-removed' || error.code.startsWith('key-')))
      return exitCodes.ok;
    printError(
      `The machine was not removed at ${origin.origin}: ${error.message} The data in ${data} stays. Try again, or leave --machine out and remove the machine in the app.`,
    );
    return error instanceof Problem ? exitCodeOf(error) : exitCodes.network;
  }
}
