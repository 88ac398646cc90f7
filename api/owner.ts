/** What the person who starts a relay does as its owner: sign-in links, their own key, machines. */
import { userInfo } from 'node:os';
import * as v from 'valibot';
import type { Actor } from '#contract/audit.ts';
import { Name } from '#contract/document.ts';
import { Problem } from '#contract/problems.ts';
import type { DataFolder } from './data-folder.ts';
import { goneIsNobody } from './identity/caller.ts';
import type { Identity } from './identity/identity.ts';
import type { WhoseKept } from './kept-of-person.ts';
import type { Relay } from './relay/relay.ts';
import { signInPath } from './routes/me.ts';

export interface OwnerSide {
  /** Creates a one-use sign-in link for the owner, at the public URL if there is one. */
  createSignInLink(): Promise<string>;
  /** The owner's API key: the one in the data folder if it still works, else a new one, which is stored there. */
  ownerKey(): Promise<OwnerKey>;
  /** Registers a machine; only this answer has its key. */
  createMachine(name: string): Promise<{ readonly id: string; readonly name: string; readonly key: string }>;
  /** A working key of a machine: the given one, or a new one if that was revoked; undefined if the machine was removed. */
  machineKey(machine: string, key: string): Promise<string | undefined>;
}

export interface OwnerKey {
  readonly key: string;
  /** The file with the key, readable only by its owner. */
  readonly file: string;
  readonly isNew: boolean;
}

interface Ground {
  readonly folder: DataFolder;
  readonly relay: Relay;
  readonly identity: Identity;
}

const commandLine: Actor = { name: 'command line of the relay', via: 'command-line' };

/** The owner's side of a relay that is reached at `origin`. */
export function ownerSide({ folder, relay, identity }: Ground, owner: WhoseKept, origin: string): OwnerSide {
  const { organisation } = owner;
  return {
    createSignInLink: async () => {
      const { token } = await identity.links.createLink({ ...owner, scope: 'admin' }, commandLine);
      return `${origin}${signInPath(token)}`;
    },
    ownerKey: () => keptOwnerKey(folder, identity, owner),
    createMachine: async (name) => {
      const { id, name: own } = await relay.machines.create(organisation, name, commandLine);
      const { key } = await identity.keys.create({ organisation, name: own, machine: id }, commandLine);
      return { id, name: own, key };
    },
    machineKey: (machine, key) => workingMachineKey({ relay, identity }, organisation, machine, key),
  };
}

/** An invalid name (a container without a user, unusual characters) becomes "owner". */
export function ownerName(): string {
  try {
    const parsed = v.safeParse(Name, userInfo().username);
    return parsed.success ? parsed.output : 'owner';
  } catch {
    return 'owner';
  }
}

async function workingMachineKey(
  { relay, identity }: Pick<Ground, 'relay' | 'identity'>,
  organisation: string,
  machine: string,
  key: string,
): Promise<string | undefined> {
  try {
    await identity.callerOfKey(key);
    return key;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'machine-removed' || error.code === 'key-unknown') return undefined;
    if (error.code !== 'key-revoked') throw error;
  }
  const { name } = await relay.machines.get(organisation, machine);
  return (await identity.keys.create({ organisation, name, machine }, commandLine)).key;
}

async function keptOwnerKey(folder: DataFolder, { keys, callerOfKey }: Identity, owner: WhoseKept): Promise<OwnerKey> {
  const file = folder.ownerKeyFile;
  const kept = await folder.readOwnerKey();
  const caller = kept === undefined ? undefined : await callerOfKey(kept).catch(goneIsNobody);
  if (kept !== undefined && caller?.kind === 'person' && caller.scope === 'admin')
    return { key: kept, file, isNew: false };
  const { key } = await keys.create({ ...owner, name: 'owner', scope: 'admin' }, commandLine);
  await folder.writeOwnerKey(key);
  return { key, file, isNew: true };
}
