/** Whether a device expects a seal of a machine, by the machines whose sealed channels it has opened. Without keys, since the app loads it with each terminal. */
import type { Machine } from './machine.ts';

export type NamedMachine = Pick<Machine, 'id' | 'name'>;

/** By the machine's id. */
export type KnownMachines = Readonly<Record<string, { readonly name: string; readonly key: string }>>;

/** `this`: the device has opened sealed channels of this machine, or of another of its name; `others`: of others alone. */
export type KnownToSeal = 'this' | 'others' | 'none';

export function knownToSeal(known: KnownMachines, { id, name }: NamedMachine): KnownToSeal {
  const isNamed = Object.values(known).some((one) => one.name === name);
  if (Object.hasOwn(known, id) || isNamed) return 'this';
  return Object.keys(known).length > 0 ? 'others' : 'none';
}

/** Of what comes without a seal, to a device that has opened others. */
export function sayInClear({ name }: NamedMachine): string {
  return `Not sealed: the relay reads what you type. It says that this terminal is on ${name}.`;
}
