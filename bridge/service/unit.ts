/** What the service manager is to call for a command line of `sallyport service install`: Node itself with the bridge's program, and the settings that were given. */
import { dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { flagOf } from '#contract/options.ts';
import { readParsed } from '../data/private-file.ts';
import type { Env } from '../projects/registries.ts';
import type { Manager, Unit } from './service.ts';
import { serviceLogFile } from './service-log.ts';

/** The options of `sallyport run` that a unit says. */
export const unitOptions = ['name', 'ca', 'allowInsecure', 'watch', 'watches', 'agents', 'logLevel'] as const;

/** The others, and why none of them is in a unit. */
export const notInUnit: Readonly<Record<string, string>> = {
  url: 'It is kept in the data folder, where a login also writes it.',
  key: 'It is kept in the data folder; others can read a unit.',
  keyFile: 'Its path is kept in the data folder.',
  pac: 'It is kept in the data folder; an address may hold a password.',
  data: 'The unit says it first, as an absolute path.',
  json: 'Nobody reads the output of a service but its log.',
  help: 'It starts nothing.',
};

/** What was given of them. */
export type UnitSettings = { readonly [Name in (typeof unitOptions)[number]]?: string | number | boolean | undefined };

/** How Node runs the program: a file beside it. */
const nodeSettings = v.object({ flags: v.array(v.string()), env: v.record(v.string(), v.string()) });

function placeOfCa(ca: UnitSettings['ca']): string | undefined {
  return ca === undefined || ca === '' || ca === 'none' ? undefined : resolve(String(ca));
}

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
  const options = unitOptions.flatMap((name) => {
    const value = name === 'ca' ? placeOfCa(settings.ca ?? env.NODE_EXTRA_CA_CERTS) : settings[name];
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
