/** Keys of machines: the first key of a new machine, and the replacement of a copied or lost key. */
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

/** Revokes all keys of a machine and creates a new one. The old ones are revoked first, so that even after a crash no copy of them is valid. */
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

/** The machine that asks for a new key, if it still belongs to this organisation. Otherwise it becomes a new machine. */
export async function ownMachine(relay: RouteDeps['relay'], organisation: string, machine: string | undefined) {
  if (machine === undefined) return undefined;
  const found = await relay.machines.get(organisation, machine).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'machine-unknown') return undefined;
    throw error;
  });
  return found?.id === machine ? { id: machine, name: found.name } : undefined;
}
