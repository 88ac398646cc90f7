/** Keys of machines: the first one of a new machine, one in place of one that was copied or lost, and the machine that asks for it. */
import type { Actor } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import type { RouteDeps } from './deps.ts';

type Deps = Pick<RouteDeps, 'relay' | 'identity'>;

/** Registers a machine and makes its key. */
export async function addMachine({ relay, identity }: Deps, organisation: string, called: string, by: Actor) {
  const { id, name } = await relay.machines.create(organisation, called, by);
  const { key } = await identity.keys.create({ organisation, name, machine: id }, by);
  return { machine: { id, name }, key };
}

/** Ends every key of a machine and makes a new one. The old ones go first: whatever happens then, no copy of them acts for the machine. */
export async function replaceMachineKey(
  { relay: { machines }, identity: { keys } }: Deps,
  organisation: string,
  idOrName: string,
  by: Actor,
) {
  const { id, name } = await machines.get(organisation, idOrName);
  await keys.revokeKeysOf(organisation, id, by);
  await machines.release(id);
  const { key } = await keys.create({ organisation, name, machine: id }, by);
  return { machine: { id, name }, key };
}

/** A machine that asks again, if it is of this organisation still; otherwise it is let in as a new one. */
export async function ownMachine(relay: RouteDeps['relay'], organisation: string, machine: string | undefined) {
  if (machine === undefined) return undefined;
  const found = await relay.machines.get(organisation, machine).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'machine-unknown') return undefined;
    throw error;
  });
  return found?.id === machine ? { id: machine, name: found.name } : undefined;
}
