/** How the command line knows a machine again that it has attached to. */
import { dirname } from 'node:path';
import type { KeysHeld } from '#contract/keys-held.ts';
import { type KnownToSeal, knownToSeal, type NamedMachine } from '#contract/known-to-seal.ts';
import { Problem } from '#contract/problems.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import type { AskedFor } from '#contract/sealing.ts';
import type { OwnKey } from '../keys/device-key.ts';
import { knownMachinesFile, readKnownMachines, writeKnownMachines } from '../keys/known-machines.ts';
import { printError } from './output.ts';

/** Opens the answer to what was asked for, if the machine vouches for it that this command line knows, or has never met. Then it knows it. Throws `machine-changed`. */
export async function openKeys(
  own: OwnKey,
  machine: NamedMachine,
  asked: AskedFor,
  key: WrappedKeys,
): Promise<KeysHeld> {
  const folder = dirname(own.file);
  const known = readKnownMachines(folder);
  const { MachineChanged, openAnswer } = await import('#contract/known-machines.ts');
  const memory = {
    known: async () => known,
    meet: async ({ id, name }: NamedMachine, key: string) =>
      await writeKnownMachines(folder, { ...known, [id]: { name, key } }),
  };
  try {
    const { keys, met } = await openAnswer((await own.sealing()).pair, machine, asked, key, memory);
    for (const sentence of met) printError(plain(sentence));
    return keys;
  } catch (error) {
    if (!(error instanceof MachineChanged)) throw error;
    const help =
      error.believe && ` If its data folder was made anew, remove ${machine.id} from ${knownMachinesFile(folder)}.`;
    throw new Problem('machine-changed', `${plain(error.message)}${help ?? ''}`);
  }
}

/** A terminal has no other type for commands. */
const plain = (sentence: string) => sentence.replaceAll('`', '');

/** Whether the command line with this data folder expects a seal of a machine. Throws where that cannot be known. */
export function isKnownToSeal(folder: string, machine: NamedMachine): KnownToSeal {
  return knownToSeal(readKnownMachines(folder), machine);
}
