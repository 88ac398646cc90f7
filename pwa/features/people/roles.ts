/** The roles in the words of the screens. */
import type { Role } from '#contract/scopes.ts';

/** What each role may do. */
export const roleWords: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  member: 'reads and edits',
  admin: 'can edit, and add machines and people',
  owner: 'may do everything',
};

/** The roles that an invitation can give. */
export const invitedRoles = ['viewer', 'member', 'admin'] as const;

/** Roles to choose from, each with its words. */
export function roleChoices(roles: readonly Role[]): readonly (readonly [role: string, text: string])[] {
  return roles.map((role) => [role, `${role}: ${roleWords[role]}`]);
}
