/** Identity as the relay's HTTP side sees it: organisations, people, keys, sessions and the ways in, put together over a store. */
import type { Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { ActGroup } from '#contract/routes.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type Caller, type PersonCaller } from './caller.ts';
import { type Callers, createCallers } from './callers.ts';
import { createDeviceKeys, type DeviceKeys } from './device-keys.ts';
import { createDevices, type Devices } from './devices.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { createKeys, type Keys } from './keys.ts';
import { createKnown } from './known.ts';
import { createKnownDevices, type KnownDevices } from './known-devices.ts';
import { createLinks, type Links } from './links.ts';
import { createMakers } from './makers.ts';
import { createOidc, type Oidc } from './oidc.ts';
import type { OidcConfig } from './oidc-flow.ts';
import { createOrganisations, type Organisations } from './organisations.ts';
import { createPasskeys, type Passkeys } from './passkeys.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createPeople, type People } from './people.ts';
import { countAct } from './room.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { removeAllWays, type Whose } from './ways.ts';

/** The parts of identity. */
interface IdentityParts {
  readonly organisations: Organisations;
  readonly people: People;
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly invitations: Invitations;
  readonly devices: Devices;
  readonly passwords: Passwords;
  readonly deviceKeys: DeviceKeys;
  readonly knownDevices: KnownDevices;
  readonly passkeys: Passkeys;
  /** Present if the operator has set a provider. */
  readonly oidc: Oidc | undefined;
}

export interface Identity extends IdentityParts, Callers {
  /** Counts one act of a person. Throws `too-many-requests`. */
  countAct(caller: PersonCaller, group: ActGroup): Promise<void>;
  /** Ends all sessions, sign-in links, keys and device keys of a member, who stays a member. Throws `person-unknown`, `forbidden`. */
  revokeAll(person: string, by: PersonCaller): Promise<void>;
  /** Removes all ways by which a removed member could sign in. */
  forget(whose: Whose, by: Actor): Promise<void>;
}

/** Builds identity over a store; with `oidc`, people can also sign in with a provider. */
export function createIdentity(store: Store, oidc?: OidcConfig): Identity {
  const known = createKnown<Caller>(limits.callerKnownMs, store.now);
  const keys = createKeys(store, known.forget);
  const people = createPeople(store, known.forget);
  const organisations = createOrganisations(store);
  const sessions = createSessions(store, people, keys.find);
  const knownDevices = createKnownDevices(store);
  const makers = createMakers(store, people, keys.find);
  const kept: IdentityParts = {
    organisations,
    people,
    keys,
    sessions,
    links: createLinks(store, people, makers),
    invitations: createInvitations(store, makers),
    devices: createDevices(store, makers),
    passwords: createPasswords(store, people, knownDevices),
    deviceKeys: createDeviceKeys(store),
    knownDevices,
    passkeys: createPasskeys(store),
    oidc: oidc && createOidc(store, { people, organisations }, oidc),
  };
  return {
    ...kept,
    ...createCallers({ keys, sessions, people, known }),
    countAct: (caller, group) => countAct(store, caller, group),
    revokeAll: (person, by) => revokeAll(kept, person, by),
    forget: (whose, by) => forget(store, kept, whose, by),
  };
}

async function revokeAll({ people, keys, knownDevices, deviceKeys }: IdentityParts, person: string, by: PersonCaller) {
  const whose = { organisation: by.organisation, person };
  await people.revokeAll(person, by);
  await keys.revokePerson(whose.organisation, person, actorOf(by));
  await knownDevices.forget(whose);
  await deviceKeys.forget(whose, actorOf(by));
}

async function forget(
  store: Store,
  { keys, sessions, passwords, knownDevices, deviceKeys }: IdentityParts,
  whose: Whose,
  by: Actor,
) {
  await keys.revokePerson(whose.organisation, whose.person, by);
  await sessions.forget(whose.organisation, whose.person);
  await removeAllWays(store, whose);
  await passwords.forget(whose);
  await knownDevices.forget(whose);
  await deviceKeys.forget(whose, by);
}
