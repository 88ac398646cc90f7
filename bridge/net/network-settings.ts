/** What this machine was told about its network, in `network.json` of the data folder: the PAC file of the last `--pac`, and the root certificates of the last `--ca`. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';
import { moveAway, readKept, readParsed, removeKept, replaceKept } from '../data/private-file.ts';

const NetworkKept = v.object({
  /** Address or absolute path. */
  pac: v.optional(v.string()),
  /** Absolute path. */
  ca: v.optional(v.string()),
});
export type NetworkKept = v.InferOutput<typeof NetworkKept>;

/** What is kept. Throws DamagedFile: without a proxy or certificates a bridge would take another way than it was told. */
export function readNetwork(folder: string): NetworkKept {
  const file = fileOf(folder);
  const kept = readKept(file, NetworkKept, {
    unknown: 'which PAC file and root certificates this machine uses',
    says: 'Name them again with --pac FILE and --ca FILE, or go on without them:',
    copy: moveAway(file),
  });
  return kept ?? {};
}

/** Keeps settings for later runs; an undefined one is forgotten. Those that are not named stay. */
export async function keepNetwork(
  folder: string,
  said: { readonly [Name in keyof NetworkKept]: NetworkKept[Name] },
): Promise<void> {
  const file = fileOf(folder);
  const before = readParsed(file, NetworkKept);
  const next = Object.fromEntries(Object.entries({ ...before, ...said }).filter(([, value]) => value !== undefined));
  if (isDeepStrictEqual(next, before)) return;
  if (Object.keys(next).length === 0) await removeKept(file, NetworkKept);
  else await replaceKept(file, NetworkKept, `${JSON.stringify(next)}\n`);
}

function fileOf(folder: string): string {
  return join(folder, 'network.json');
}
