/** `sallyport service`: has the system start the bridge at login, and says how it goes. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { defaultDataFolder, openDataFolder } from '../data/data-folder.ts';
import { lockHolder } from '../data/lock.ts';
import { resolveRoots } from '../projects/roots.ts';
import { forgetEnvironment, keepEnvironment } from '../service/kept-environment.ts';
import { forgetLastRun, readLastRun, runByCron } from '../service/last-run.ts';
import { type ServiceSystem, ServiceTrouble } from '../service/service.ts';
import { linesOf, serviceLogFile } from '../service/service-log.ts';
import {
  elsewhere,
  exitText,
  helpFor,
  ifOtherUser,
  type ServiceState,
  serviceState,
} from '../service/service-state.ts';
import { serviceSystem } from '../service/systems.ts';
import { unitOf } from '../service/unit.ts';
import { agoText, forText } from '../system/ago.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { onData } from './on-data.ts';
import type { serviceOptions } from './options.ts';
import { printError, printJson, printLine } from './output.ts';
import { machineName, rememberNetwork, trust } from './reach.ts';
import { credentialsOf } from './run.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof serviceOptions>;

/** How long a fresh service may take to say that it runs, in ms. */
const startMsMax = 10_000;

/** Runs the command; resolves to the exit code. Throws a UsageError. */
export async function service(values: Values, [verb, ...folders]: readonly string[], env: Env): Promise<number> {
  const verbs = { install, uninstall, status, logs };
  if (verb === undefined || !Object.hasOwn(verbs, verb))
    throw new UsageError('service takes install, uninstall, status or logs.');
  if (verb !== 'install' && folders.length > 0) throw new UsageError(`service ${verb} takes no folder.`);
  const data = resolve(values.data ?? defaultDataFolder(env));
  try {
    return await verbs[verb as keyof typeof verbs]({ system: systemHere(env), values, data, folders, env });
  } catch (error) {
    if (!(error instanceof ServiceTrouble)) throw error;
    printError(error.message);
    if (error.copy !== undefined) printLine(error.copy);
    return exitCodes.failure;
  }
}

interface Call {
  readonly system: ServiceSystem;
  readonly values: Values;
  readonly data: string;
  readonly folders: readonly string[];
  readonly env: Env;
}

function systemHere(env: Env): ServiceSystem {
  const system = serviceSystem(env);
  if (system !== undefined) return system;
  throw new ServiceTrouble(
    `Sallyport knows no service manager of ${process.platform}. Have your system run this at login: sallyport run`,
  );
}

async function install({ system, values, data: path, folders, env }: Call): Promise<number> {
  const trouble = await system.trouble();
  if (trouble !== undefined && system.instead === undefined) throw new ServiceTrouble(trouble);
  const data = await openDataFolder(path);
  // Whatever would keep the bridge from starting is said now.
  await credentialsOf(values, data);
  trust(values, path);
  if (values.name !== undefined) machineName(values.name);
  await resolveRoots(folders, data, env, process.cwd());
  const before = await serviceState(system, path);
  const holder = lockHolder(path);
  const own = before.installed || trouble !== undefined ? before.pid : undefined;
  if (holder !== undefined && holder.pid !== own)
    throw new ServiceTrouble(
      `A bridge already runs on ${path} (process ${holder.pid}), and is not the service. Stop it, then install the service.`,
    );
  await rememberNetwork(values, path);
  await keepEnvironment(path, env);
  if (trouble !== undefined) {
    const instead = system.instead?.(unitOf('cron', path, values, folders, env));
    const runs = holder && `The running bridge (process ${holder.pid}) keeps its settings until it is started again.`;
    throw new ServiceTrouble([trouble, runs, instead?.says].filter(Boolean).join(' '), instead?.copy);
  }
  await forgetLastRun(path);
  await system.install(unitOf(system.manager, path, values, folders, env));
  await untilStarted(path);
  return await status({ system, values, data: path, folders, env });
}

async function refuseTrouble(system: ServiceSystem): Promise<void> {
  const trouble = await system.trouble();
  if (trouble !== undefined) throw new ServiceTrouble(trouble);
}

/** Waits until the fresh service has said that it runs. */
async function untilStarted(folder: string): Promise<void> {
  const deadline = performance.now() + startMsMax;
  while (readLastRun(folder) === undefined && performance.now() < deadline) await delay(100);
}

async function uninstall({ system, values, data }: Call): Promise<number> {
  const { installed } = await system.state();
  if (installed) await refuseTrouble(system);
  await system.uninstall();
  await forgetLastRun(data);
  await forgetEnvironment(data);
  if (values.json) printJson({ removed: installed });
  else if (installed) printLine(`The service is removed: ${system.file}. The data in ${data} stays.`);
  else printLine('The service is not installed.');
  return exitCodes.ok;
}

/** The exit code is 0 where the service runs, else 1. */
async function status({ system, values, data, env }: Call): Promise<number> {
  const state = await serviceState(system, data);
  const notes = state.installed ? await system.notes() : [];
  if (values.json) printJson({ manager: system.manager, ...state, file: system.file, data, notes });
  else for (const line of [...statusLines(system, state, (copy) => onData(copy, data, env)), ...notes]) printLine(line);
  return state.running ? exitCodes.ok : exitCodes.failure;
}

const notInstalled = 'The service is not installed. To install it: sallyport service install';

/** `here`: a line to copy, for this data folder. */
function statusLines(system: ServiceSystem, state: ServiceState, here: (line: string) => string): readonly string[] {
  const running = `running${forText(state.since)} (process ${state.pid})`;
  if (state.running && !state.installed) return [running, 'started by a line of cron (crontab -l)'];
  if (state.elsewhere) return [elsewhere, here('To have it run on this one: sallyport service install')];
  if (!state.installed) return [here(notInstalled)];
  const installed = `installed: ${system.title}, ${system.file}`;
  if (state.running) return [running, installed];
  const { lastExit, trouble } = state;
  if (trouble !== undefined)
    return [
      `not running: ${trouble.says}`,
      installed,
      ...(trouble.copy ? [here(`${ifOtherUser} ${trouble.copy}`)] : []),
    ];
  if (lastExit === undefined) return ['not running', installed];
  const when = lastExit.at === undefined ? '' : `, ${agoText(lastExit.at)}`;
  const why = lastExit.says === undefined ? '' : `: ${lastExit.says}`;
  return ['not running', installed, `last exit: ${exitText(lastExit)}${when}${why}`, here(helpFor(lastExit.code))];
}

async function logs({ system, values, data, env }: Call): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  let shown = 0;
  const show = (line: string) => {
    shown++;
    if (values.json) printJson({ line });
    else printLine(line);
  };
  const program = runByCron(data) ? undefined : system.logProgram?.({ lines: values.lines, follow: values.follow });
  if (program !== undefined) {
    const code = await showProgram(program, show, stop.signal);
    const nothing = `${program[0]} shows this user no lines of the service. To see the state of the bridge: sallyport status`;
    const isThere = (await system.state()).installed;
    if (code === exitCodes.ok && shown === 0) printError(onData(isThere ? nothing : notInstalled, data, env));
    return code;
  }
  for await (const line of linesOf(serviceLogFile(data), values.lines, values.follow ? stop.signal : undefined)) {
    show(line);
  }
  if (shown === 0) printError(`There is no log yet: ${serviceLogFile(data)}`);
  return exitCodes.ok;
}

/** Shows what a program prints, line by line; resolves once it has ended. */
async function showProgram(
  [file, ...args]: readonly [string, ...string[]],
  show: (line: string) => void,
  signal: AbortSignal,
): Promise<number> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'], signal });
  const ended = new Promise<number>((done) => {
    child.once('error', () => done(signal.aborted ? exitCodes.ok : exitCodes.failure));
    child.once('close', (code) => done(code === 0 ? exitCodes.ok : exitCodes.failure));
  });
  const { createInterface } = await import('node:readline');
  for await (const line of createInterface({ input: child.stdout })) show(line);
  const code = await ended;
  if (code !== exitCodes.ok) printError(`The log could not be read with ${file}.`);
  return code;
}
