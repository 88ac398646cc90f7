/** What the service manager is to call for a command line of `sallyport service install`: Node itself with the bridge's program, and the settings that were given. */
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { flagOf } from '#contract/options.ts';
import { readParsed } from '../private-file.ts';
import type { Env } from '../registries.ts';
import type { Manager, Unit } from './service.ts';
import { serviceLogFile } from './service-log.ts';

/** Settings of `sallyport run` that a unit says. Address and key are in the data folder, where a login also writes. */
export interface UnitSettings {
  readonly name?: string | undefined;
  readonly ca?: string | undefined;
  readonly allowInsecure?: boolean | undefined;
  readonly watch?: string | undefined;
  readonly agents?: number | undefined;
  readonly logLevel?: string | undefined;
}

/** How Node runs the program: a file beside it. */
const nodeSettings = v.object({ flags: v.array(v.string()), env: v.record(v.string(), v.string()) });

/** The unit for this program (`process.argv[1]`). */
export function unitOf(
  manager: Manager,
  data: string,
  settings: UnitSettings,
  folders: readonly string[],
  env: Env,
  program = process.argv[1] ?? '',
): Unit {
  const node = readParsed(join(dirname(program), 'node.json'), nodeSettings);
  const { name, allowInsecure, watch, agents, logLevel, ca = env.NODE_EXTRA_CA_CERTS } = settings;
  const said = { name, ca: ca && resolve(ca), allowInsecure, watch, agents, logLevel };
  const options = Object.entries(said).flatMap(([name, value]) => {
    if (value === undefined || value === false || value === '') return [];
    return value === true ? [flagOf(name)] : [`${flagOf(name)}=${value}`];
  });
  const roots = folders.length === 0 ? [] : ['--', ...folders.map((folder) => resolve(folder))];
  return {
    argv: [
      process.execPath,
      ...(node?.flags ?? []),
      program,
      'run',
      `--service=${manager}`,
      `--data=${data}`,
      ...options,
      ...roots,
    ],
    env: node?.env ?? {},
    log: serviceLogFile(data),
  };
}
