/** Who is asking, once a key or a session has been looked up; and what a scope may do. */

import type { Actor } from '#contract/audit.ts';
import type { Risk } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { holds, type Role, roles, type Scope } from '#contract/scopes.ts';

/** A bridge, by its machine's key. */
export interface MachineCaller {
  readonly kind: 'machine';
  readonly organisation: string;
  readonly machine: string;
  /** Where the credential is looked up again, and what held requests are counted by. */
  readonly credential: Credential;
}

/** A person, by a key of theirs or a session. */
export interface PersonCaller {
  readonly kind: 'person';
  readonly organisation: string;
  readonly person: string;
  readonly name: string;
  /** What they may do by this key or session. */
  readonly role: Role;
  /** The person's own: more than `role` where a session was begun by somebody else's link before they were promoted. */
  readonly ownRole: Role;
  /** The most that this key or session ever does, whatever becomes of its person. */
  readonly most?: Role;
  readonly scope: Scope;
  /** The scope that this key or session was given: more than `scope` where the role allows less by now. */
  readonly given: Scope;
  readonly via: 'session' | 'key';
  readonly credential: Credential;
}

/** A key or session by the SHA-256 (hex) of its secret. */
export interface Credential {
  readonly type: 'key' | 'session';
  readonly hash: string;
}

export type Caller = MachineCaller | PersonCaller;

/** How the audit names a person who calls. */
export function actorOf({ person, name, via }: PersonCaller): Actor {
  return { person, name, via };
}

/** Throws `forbidden` where a scope does not hold the one that is wanted. */
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

/** The lesser of two roles; the first where there is no second. */
export function lowerRole(role: Role, most: Role | undefined): Role {
  return most === undefined || roles.indexOf(role) <= roles.indexOf(most) ? role : most;
}

/** Who may change how somebody signs in or what speaks for them: never a key or session that does less than its person, which would gain the rest by it. Throws `forbidden`. */
export function checkWhole(caller: PersonCaller): void {
  if (caller.role !== caller.ownRole)
    throw new Problem(
      'forbidden',
      `Your role is ${caller.ownRole} now, and this ${caller.via} stays ${caller.role}: sign in with your own password, passkey or account.`,
    );
  checkScope(caller, scopeOfRole[caller.role]);
}

/** The scope that a command of this risk takes. */
export function scopeOfRisk(risk: Risk): Scope {
  return risk === 'destroy' ? 'execute' : risk;
}

/** Whether what was thrown says that a person or key is there no more. A store that does not answer says nothing of that, nor does a defect. */
export function isGone(error: unknown): boolean {
  const codes = ['session-ended', 'person-unknown', 'key-unknown', 'key-revoked', 'key-expired', 'machine-removed'];
  return error instanceof Problem && codes.includes(error.code);
}

/** For a `catch`: nobody, where somebody is gone. Throws all else. */
export function goneIsNobody(error: unknown): undefined {
  if (!isGone(error)) throw error;
}
