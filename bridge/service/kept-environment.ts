/** The variables that the service has from the terminal where it was installed, in `service-environment.json` of the data folder. They may hold the password of a proxy, so no unit names them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { readKept, replaceKept } from '../data/private-file.ts';
import type { Env } from '../projects/registries.ts';

const taken = /^(?:https?_proxy|all_proxy|no_proxy|SPEC_WORKFLOW_HOME|LEANSPEC_DATA_DIR)$/i;

const Kept = v.record(v.string(), v.string());

/** Keeps what a bridge reads of these variables, in place of what was kept. */
export async function keepEnvironment(folder: string, env: Env): Promise<void> {
  const kept = Object.fromEntries(Object.entries(env).filter(([name, value]) => taken.test(name) && value));
  await replaceKept(fileOf(folder), Kept, `${JSON.stringify(kept)}\n`);
}

/** What is kept. Throws DamagedFile. */
export function readEnvironment(folder: string): Readonly<Record<string, string>> {
  const kept = readKept(fileOf(folder), Kept, {
    unknown: 'which proxies the service uses, and where tools keep their projects',
    says: 'In a terminal that has these variables, install it again:',
    copy: 'sallyport service install',
  });
  return kept ?? {};
}

/** What a bridge of the service reads, where another process asks: of these variables only what is kept. Throws DamagedFile. */
export function environmentOfService(folder: string, env: Env): Env {
  const others = Object.entries(env).filter(([name]) => !taken.test(name));
  return { ...Object.fromEntries(others), ...readEnvironment(folder) };
}

export async function forgetEnvironment(folder: string): Promise<void> {
  await rm(fileOf(folder), { force: true });
}

function fileOf(folder: string): string {
  return join(folder, 'service-environment.json');
}
