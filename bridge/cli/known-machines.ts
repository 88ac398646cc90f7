/** The machines that this command line has attached to, with their keys, in a file beside its own. Each of them seals. */
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { PublicKey } from '#contract/device-key.ts';
import type { KeysHeld } from '#contract/keys-held.ts';
import { type KnownMachines, type KnownToSeal, knownToSeal, type NamedMachine } from '#contract/known-to-seal.ts';
import { Problem } from '#contract/problems.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import type { AskedFor } from '#contract/sealing.ts';
import type { OwnKey } from '../device-key.ts';
import { readKept, writePrivate } from '../private-file.ts';
import { quoted } from '../quoted.ts';
import { printError } from './output.ts';

/** By the machine's id. */
const Known = v.record(v.string(), v.object({ name: v.string(), key: PublicKey }));

/** Opens the answer to what was asked for, if the machine vouches for it that this command line knows, or has never met. Then it knows it. Throws `machine-changed`. */
export async function openKeys(
  own: OwnKey,
  machine: NamedMachine,
  asked: AskedFor,
  key: WrappedKeys,
): Promise<KeysHeld> {
  const file = fileIn(dirname(own.file));
  const known = readKnown(file);
  const { MachineChanged, openAnswer } = await import('#contract/known-machines.ts');
  const memory = {
    known: async () => known,
    meet: async ({ id, name }: NamedMachine, key: string) =>
      await writePrivate(file, `${JSON.stringify({ ...known, [id]: { name, key } }, undefined, 2)}\n`),
  };
  try {
    const { keys, met } = await openAnswer((await own.sealing()).pair, machine, asked, key, memory);
    for (const sentence of met) printError(sentence);
    return keys;
  } catch (error) {
    if (!(error instanceof MachineChanged)) throw error;
    const help = error.believe && ` If its data folder was made anew, remove ${machine.id} from ${file}.`;
    throw new Problem('machine-changed', `${error.message}${help ?? ''}`);
  }
}

/** Whether the command line with this data folder expects a seal of a machine. Throws where that cannot be known. */
export function isKnownToSeal(folder: string, machine: NamedMachine): KnownToSeal {
  return knownToSeal(readKnown(fileIn(folder)), machine);
}

function fileIn(folder: string): string {
  return join(folder, 'known-machines.json');
}

/** To forget all machines because of a damaged file would mean to believe the next that comes. */
function readKnown(file: string): KnownMachines {
  const known = readKept(file, Known, {
    unknown: 'which keys the machines had that were attached to',
    says: 'Bring back a copy of it, or move it away; then each machine is met for the first time:',
    copy: `mv ${quoted(file)} ${quoted(`${file}.damaged`)}`,
  });
  return known ?? {};
}
