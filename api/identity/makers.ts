/** Who has handed something out (a link, a code, an invitation): it works only while they still may give it, and for no more than they may. */
import * as v from 'valibot';
import * as contract from '#contract/people.ts';
import { type Role, roles } from '#contract/scopes.ts';
import type { Store } from '../store/store.ts';
import { isGone, lowerRole, type PersonCaller, scopeOfRole } from './caller.ts';
import type { People } from './people.ts';
import { inheritance } from './session-tickets.ts';

/** Somebody who has handed something out. */
export const Maker = v.object({
  organisation: v.string(),
  person: v.string(),
  /** Of their sessions: a changed password takes back what is open. */
  generation: v.exactOptional(v.number()),
  /** The key (its hash) that it was made with, if it was: what it gave ends with it. */
  key: v.exactOptional(v.string()),
  /** The most that the session or key did by which they made it. */
  most: v.exactOptional(contract.Role),
});
export type Maker = v.InferOutput<typeof Maker>;

export interface Makers {
  /** Whoever calls, as a maker. */
  of(caller: PersonCaller): Promise<Maker>;
  /** The role that a maker has by now; undefined where nothing of theirs works any more. */
  roleNow(maker: Maker): Promise<Role | undefined>;
}

/** The makers among these people; `checkKey` throws for a key (by its hash) that has ended. */
export function createMakers(store: Store, people: People, checkKey: (hash: string) => Promise<unknown>): Makers {
  return {
    of: async ({ organisation, person, credential, most }) => {
      const { generation } = await people.person(organisation, person);
      const { key } = await inheritance(store, credential);
      return {
        organisation,
        person,
        ...(generation === undefined ? {} : { generation }),
        ...(key === undefined ? {} : { key }),
        ...(most === undefined ? {} : { most }),
      };
    },
    roleNow: async ({ organisation, person, generation, key, most }) => {
      try {
        if (key !== undefined) await checkKey(key);
        const now = await people.person(organisation, person);
        return now.generation === generation ? lowerRole(now.role, most) : undefined;
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Whether somebody of this role may make a sign-in link for a member of that one. */
export function mayLinkFor(role: Role, member: Role): boolean {
  return role === 'owner' || (scopeOfRole[role] === 'admin' && roles.indexOf(member) < roles.indexOf(role));
}
