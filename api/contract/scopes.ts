/** Scopes and roles in their order; without schemas, since the first screen of the app needs them. */

/** What a key or session may do; each scope holds those before it. */
export const scopes = ['read', 'write', 'execute', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const roles = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** A scope and all that it holds. */
export function scopesHeld(scope: Scope): readonly Scope[] {
  return scopes.slice(0, scopes.indexOf(scope) + 1);
}

/** Whether a scope is, or holds, the one that is wanted. */
export function holds(scope: Scope, wanted: Scope): boolean {
  return scopes.indexOf(scope) >= scopes.indexOf(wanted);
}
