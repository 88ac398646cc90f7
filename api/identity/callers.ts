/** Looks up callers by keys and sessions, again and again while their requests are held. */
import { parseKey } from '#contract/key.ts';
import { Problem } from '#contract/problems.ts';
import { holds, type Role, type Scope } from '#contract/scopes.ts';
import {
  type Caller,
  type Credential,
  type Known as KnownCaller,
  lowerRole,
  type PersonCaller,
  scopeOfRole,
} from './caller.ts';
import type { KeyRow, Keys } from './keys.ts';
import type { Known } from './known.ts';
import type { People, Person } from './people.ts';
import { hashSecret } from './secrets.ts';
import type { Sessions } from './sessions.ts';

export interface Callers {
  /** The caller of a key. Throws `key-unknown`, `key-revoked`, `key-expired`, `machine-removed`. */
  callerOfKey(key: string): Promise<Caller>;
  /** The caller of a session's token. Throws `session-ended`. */
  callerOfSession(token: string): Promise<PersonCaller>;
  /** Looks up a caller again. Throws like `callerOfKey` and `callerOfSession`, and `forbidden` if the caller now has fewer rights. */
  recheck(caller: KnownCaller): Promise<void>;
}

/** Builds the lookup; `known` caches callers of keys. */
export interface CallerSources {
  readonly keys: Keys;
  readonly sessions: Sessions;
  readonly people: People;
  readonly known: Known<Caller>;
}

export function createCallers({ keys, sessions, people, known }: CallerSources): Callers {
  const callerOfSession = async (hash: string): Promise<PersonCaller> => {
    const { id: device, organisation, person: owner, scope, most } = await sessions.find(hash);
    const person = await people.person(organisation, owner);
    const credential = { type: 'session', hash } as const;
    return { kind: 'person', organisation, ...about(person, scope, most), via: 'session', device, credential };
  };
  return {
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
  const whose = about(person, row.scope ?? 'read', row.most);
  return { kind: 'person', organisation, ...whose, via: 'key', device: row.id, credential };
}

/** A key or session never has more rights than its person's role, nor than the role that it was created with. */
function about({ id, name, role: ownRole }: Person, given: Scope, most: Role | undefined) {
  const role = lowerRole(ownRole, most);
  const widest = scopeOfRole[role];
  const scope = holds(widest, given) ? given : widest;
  return { person: id, name, role, ownRole, scope, given, ...(most === undefined ? {} : { most }) };
}
