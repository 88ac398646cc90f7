/** Scopes and roles in their order. Without schemas, because the app's first screen needs it. */

/** What a key or session may do. Each scope includes those before it. */
export const scopes = ['read', 'write', 'execute', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const roles = ['viewer', 'member', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** A scope and all scopes that it includes. */
export function scopesHeld(scope: Scope): readonly Scope[] {
  return scopes.slice(0, scopes.indexOf(scope) + 1);
}

/** Whether a scope is, or includes, the required one. */
export function holds(scope: Scope, wanted: Scope): boolean {
  return scopes.indexOf(scope) >= scopes.indexOf(wanted);
}
