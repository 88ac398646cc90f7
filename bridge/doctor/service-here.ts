/** The service that is installed for a data folder, and the line that installs it anew with the options that it has. */
import { defaultDataFolder } from '../data/data-folder.ts';
import type { Env } from '../projects/registries.ts';
import { isRunning, readLastRun, runByCron } from '../service/last-run.ts';
import { serviceSystem } from '../service/systems.ts';
import { quoted } from '../system/quoted.ts';

export interface ServiceHere {
  /** The line that installs it anew; with another option in place of its own of that name. */
  install(option?: string): string;
}

/** Undefined where none is installed for this data folder, and cron runs none. */
export async function findServiceHere(data: string, env: Env): Promise<ServiceHere | undefined> {
  if (!isRunning(runByCron(data)) && !(await serviceSystem(env)?.isFor(data))) return undefined;
  return { install: (option) => installLine(data, env, readLastRun(data)?.args ?? [], option) };
}

function installLine(data: string, env: Env, args: readonly string[], option: string | undefined): string {
  const isDefault = data === defaultDataFolder(env);
  const dropped = ['--service=', ...(isDefault ? ['--data='] : []), ...(option ? [`${option.split(' ')[0]}=`] : [])];
  const kept = args.filter((arg) => !dropped.some((start) => arg.startsWith(start))).map(quoted);
  return ['sallyport service install', ...(option ? [option] : []), ...kept].join(' ');
}
