/** The caller, once a key or session has been looked up; and what a scope allows. */

import type { Actor } from '#contract/audit.ts';
import type { Risk } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { holds, type Role, roles, type Scope } from '#contract/scopes.ts';

/** A bridge, by its machine's key. */
export interface MachineCaller {
  readonly kind: 'machine';
  readonly organisation: string;
  readonly machine: string;
  /** The credential, for looking it up again and for counting held requests. */
  readonly credential: Credential;
}

/** A person, with their key or session. */
export interface PersonCaller {
  readonly kind: 'person';
  readonly organisation: string;
  readonly person: string;
  readonly name: string;
  /** The role that this key or session has. */
  readonly role: Role;
  /** The person's own role. It is higher than `role` if the session began with another person's link before they were promoted. */
  readonly ownRole: Role;
  /** The highest role that this key or session can ever have, even if its person is promoted. */
  readonly most?: Role;
  readonly scope: Scope;
  /** The scope that this key or session was created with. It is wider than `scope` if the role now allows less. */
  readonly given: Scope;
  readonly via: 'session' | 'key';
  /** Id of that session or key. */
  readonly device: string;
  readonly credential: Credential;
}

/** A key or session by the SHA-256 (hex) of its secret. */
export interface Credential {
  readonly type: 'key' | 'session';
  readonly hash: string;
}

export type Caller = MachineCaller | PersonCaller;

/** What it takes to look a caller up again. */
export type Known = MachineCaller | Pick<PersonCaller, 'kind' | 'scope' | 'credential'>;

/** The caller as the author of audit entries. */
export function actorOf({ person, name, via }: PersonCaller): Actor {
  return { person, name, via };
}

/** Throws `forbidden` unless a scope includes the required one. */
export function checkScope(caller: PersonCaller, wanted: Scope): void {
  if (holds(caller.scope, wanted)) return;
  throw new Problem('forbidden', `It takes the scope ${wanted}; this ${caller.via} has ${caller.scope}.`, {
    scope: wanted,
  });
}

/** The widest scope of a role. */
export const scopeOfRole: Readonly<Record<Role, Scope>> = {
  viewer: 'read',
  member: 'execute',
  admin: 'admin',
  owner: 'admin',
};

/** The lower of two roles; the first if there is no second. */
export function lowerRole(role: Role, most: Role | undefined): Role {
  return most === undefined || roles.indexOf(role) <= roles.indexOf(most) ? role : most;
}

/** Checks that the caller may change a person's ways to sign in or keys. A key or session with fewer rights than its person must not, because it could gain the rest. Throws `forbidden`. */
export function checkWhole(caller: PersonCaller): void {
  if (caller.role !== caller.ownRole)
    throw new Problem(
      'forbidden',
      `Your role is ${caller.ownRole} now, and this ${caller.via} stays ${caller.role}: sign in with your own password, passkey or account.`,
    );
  checkScope(caller, scopeOfRole[caller.role]);
}

/** The scope that sending a command or query of this kind takes. */
export function scopeOfKind({ risk, readScope }: { readonly risk: Risk; readonly readScope?: Scope }): Scope {
  const ofRisk = risk === 'destroy' ? 'execute' : risk;
  return readScope !== undefined && holds(readScope, ofRisk) ? readScope : ofRisk;
}

/** Whether the error says that a person or key no longer exists. Errors of the store and defects do not. */
export function isGone(error: unknown): boolean {
  const codes = ['session-ended', 'person-unknown', 'key-unknown', 'key-revoked', 'key-expired', 'machine-removed'];
  return error instanceof Problem && codes.includes(error.code);
}

/** For a `catch`: undefined if the person or key no longer exists. Throws other errors. */
export function goneIsNobody(error: unknown): undefined {
  if (!isGone(error)) throw error;
}
