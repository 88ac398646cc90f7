/** The roles in the words of the screens. */
import type { Me, Member } from '#contract/people.ts';
import { type Role, roles } from '#contract/scopes.ts';

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

/** Whether a person may change a member at all: an admin those who are no owners, an owner everyone. */
export function mayChange(me: Me | undefined, { role }: Member): boolean {
  return me?.scope === 'admin' && (me.role === 'owner' || role !== 'owner');
}

/** Whether the organisation would have no owner without this one. */
export function isLastOwner({ id, role }: Member, all: readonly Member[]): boolean {
  return role === 'owner' && !all.some((other) => other.role === 'owner' && other.id !== id);
}

/** Whether a person may make a sign-in link for a member. */
export function mayLink(me: Me | undefined, { id, role }: Member): boolean {
  if (me === undefined || me.person.id === id) return false;
  return me.role === 'owner' || roles.indexOf(role) < roles.indexOf(me.role);
}
