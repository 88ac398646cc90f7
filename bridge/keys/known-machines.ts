/** The machines that the command line has attached to, with their keys, in a file beside its own. Each of them seals. */
import { join } from 'node:path';
import * as v from 'valibot';
import { PublicKey } from '#contract/device-key.ts';
import type { KnownMachines } from '#contract/known-to-seal.ts';
import { moveAway, readKept, writePrivate } from '../data/private-file.ts';

/** By the machine's id. */
const Known = v.record(v.string(), v.object({ name: v.string(), key: PublicKey }));

/** The machines of a data folder. Throws DamagedFile: to forget all of them would mean to believe the next that comes. */
export function readKnownMachines(folder: string): KnownMachines {
  const file = knownMachinesFile(folder);
  const known = readKept(file, Known, {
    unknown: 'which keys the machines had that were attached to',
    says: 'Bring back a copy of it, or move it away; then each machine is met for the first time:',
    copy: moveAway(file),
  });
  return known ?? {};
}

export async function writeKnownMachines(folder: string, known: KnownMachines): Promise<void> {
  await writePrivate(knownMachinesFile(folder), `${JSON.stringify(known, undefined, 2)}\n`);
}

export function knownMachinesFile(folder: string): string {
  return join(folder, 'known-machines.json');
}
