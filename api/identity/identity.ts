/** Who somebody is: keys and sessions looked up, and looked up again while a request of theirs is held. */
import type { Actor } from '#contract/audit.ts';
import { parseKey } from '#contract/key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { ActGroup } from '#contract/routes.ts';
import { holds, type Role, type Scope } from '#contract/scopes.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type Caller, type Credential, lowerRole, type PersonCaller, scopeOfRole } from './caller.ts';
import { createDeviceKeys, type DeviceKeys } from './device-keys.ts';
import { createDevices, type Devices } from './devices.ts';
import { createKeys, type KeyRow, type Keys } from './keys.ts';
import { createKnown } from './known.ts';
import { createKnownDevices, type KnownDevices } from './known-devices.ts';
import { createLinks, type Links } from './links.ts';
import { createMakers } from './makers.ts';
import { createOidc, type Oidc, type OidcConfig } from './oidc.ts';
import { createPasskeys, type Passkeys } from './passkeys.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { createPeople, type People, type Person } from './people.ts';
import { countAct } from './room.ts';
import { hashSecret } from './secrets.ts';
import { createSessions, type Sessions } from './sessions.ts';
import { removeAllWays, type Whose } from './ways.ts';

export interface Identity {
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly people: People;
  readonly devices: Devices;
  readonly passwords: Passwords;
  readonly deviceKeys: DeviceKeys;
  readonly knownDevices: KnownDevices;
  readonly passkeys: Passkeys;
  /** Where the operator has named a provider. */
  readonly oidc: Oidc | undefined;
  /** Counts one act of a person. Throws `too-many-requests`. */
  countAct(caller: PersonCaller, group: ActGroup): Promise<void>;
  /** Ends all sessions, sign-in links, keys and device keys of a member, who stays one. Throws `person-unknown`, `forbidden`. */
  revokeAll(person: string, by: PersonCaller): Promise<void>;
  /** Takes away all that somebody who was removed could come in by. */
  forget(whose: Whose, by: Actor): Promise<void>;
  /** Who a key is. Throws `key-unknown`, `key-revoked`, `key-expired`, `machine-removed`. */
  callerOfKey(key: string): Promise<Caller>;
  /** Who a session's token is. Throws `session-ended`. */
  callerOfSession(token: string): Promise<PersonCaller>;
  /** Looks a caller up again; throws what `callerOfKey` and `callerOfSession` do, and `forbidden` for one who may do less by now. */
  recheck(caller: Caller): Promise<void>;
}

/** The identity of everybody in a store, with `oidc` also by way of a provider. */
export function createIdentity(store: Store, oidc?: OidcConfig): Identity {
  const known = createKnown<Caller>(limits.callerKnownMs, store.now);
  const keys = createKeys(store, known.forget);
  const people = createPeople(store, known.forget);
  const sessions = createSessions(store, people, keys.find);
  const callerOfSession = async (hash: string): Promise<PersonCaller> => {
    const { organisation, person: id, scope, most } = await sessions.find(hash);
    const person = await people.person(organisation, id);
    return {
      kind: 'person',
      organisation,
      ...about(person, scope, most),
      via: 'session',
      credential: { type: 'session', hash },
    };
  };
  const knownDevices = createKnownDevices(store);
  const makers = createMakers(store, people, keys.find);
  const passwords = createPasswords(store, people, knownDevices);
  const deviceKeys = createDeviceKeys(store);
  return {
    keys,
    sessions,
    links: createLinks(store, people, makers),
    people,
    devices: createDevices(store, makers),
    passwords,
    deviceKeys,
    knownDevices,
    passkeys: createPasskeys(store),
    oidc: oidc && createOidc(store, people, oidc),
    countAct: (caller, group) => countAct(store, caller, group),
    revokeAll: async (person, by) => {
      const whose = { organisation: by.organisation, person };
      await people.revokeAll(person, by);
      await keys.revokePerson(whose.organisation, person, actorOf(by));
      await knownDevices.forget(whose);
      await deviceKeys.forget(whose, actorOf(by));
    },
    forget: async (whose, by) => {
      await keys.revokePerson(whose.organisation, whose.person, by);
      await removeAllWays(store, whose);
      await passwords.forget(whose);
      await knownDevices.forget(whose);
      await deviceKeys.forget(whose, by);
    },
    callerOfKey: async (key) => {
      if (parseKey(key) === undefined)
        throw new Problem('key-unknown', 'This is not the form of a key: check it for a typo.');
      const hash = hashSecret(key);
      return await known.get(hash, async () => {
        const row = await keys.find(hash);
        await keys.noteUse(hash, row);
        return await callerOfRow(row, { type: 'key', hash }, people);
      });
    },
    callerOfSession: (token) => callerOfSession(hashSecret(token)),
    recheck: async ({ credential: { type, hash }, ...before }) => {
      const now =
        type === 'key' ? await callerOfRow(await keys.find(hash), { type, hash }, people) : await callerOfSession(hash);
      if (before.kind === 'person' && now.kind === 'person' && !holds(now.scope, before.scope))
        throw new Problem('forbidden', 'The role that this takes was taken away.');
    },
  };
}

async function callerOfRow(row: KeyRow, credential: Credential, people: People): Promise<Caller> {
  const { organisation } = row;
  if (row.machine !== undefined) return { kind: 'machine', organisation, machine: row.machine, credential };
  const person = await people.person(organisation, row.person ?? '');
  return { kind: 'person', organisation, ...about(person, row.scope ?? 'read', row.most), via: 'key', credential };
}

/** A key or session never does more than the role of its person, nor than the role that it was given for. */
function about({ id, name, role: ownRole }: Person, given: Scope, most: Role | undefined) {
  const role = lowerRole(ownRole, most);
  const widest = scopeOfRole[role];
  const scope = holds(widest, given) ? given : widest;
  return { person: id, name, role, ownRole, scope, given, ...(most === undefined ? {} : { most }) };
}
