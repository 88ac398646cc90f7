/** E-mails for signing in. Several people may use the same one, distinguished by their passwords, so that setting an e-mail does not reveal whether another person uses it. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, defineTextTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { Whose } from './ways.ts';

export interface Emails {
  /** The people who sign in with an e-mail, in the order in which they set it. */
  holders(email: string): Promise<readonly Whose[]>;
  /** Throws `email-taken` if too many members of the organisation use it. */
  add(email: string, whose: Whose): Promise<void>;
  remove(email: string, whose: Whose): Promise<void>;
  /** Removes all e-mails of a removed member. */
  forget(whose: Whose): Promise<void>;
}

/** In the global shard, by e-mail. A row of release 0.1 names its one holder. */
const emails = defineTable('ways/email', v.object({ holders: v.array(Whose) }), (before) =>
  v.is(Whose, before) ? { holders: [{ organisation: before.organisation, person: before.person }] } : undefined,
);

/** In an organisation's shard: the e-mails of a person. */
const emailsOf = defineTextTable('emails');

/** The e-mails in a store. */
export function createEmails(store: Store): Emails {
  const change = (email: string, next: (holders: readonly Whose[]) => readonly Whose[]) =>
    untilDone(store, globalShard, async () => {
      const key = normal(email);
      const found = await emails.get(store, globalShard, key);
      const holders = next(found?.value.holders ?? []);
      const expect = [{ row: emails.at(key), version: found?.version ?? 0 }];
      return {
        result: undefined,
        commit:
          holders.length === 0
            ? { expect, delete: [emails.at(key)] }
            : { expect, put: [emails.put(key, { holders: [...holders] })] },
      };
    });
  const remove: Emails['remove'] = async (email, whose) => {
    await change(email, (holders) => holders.filter((holder) => !isSame(holder, whose)));
    await store.commit(organisationShard(whose.organisation), {
      delete: [emailsOf.of(whose.person).at(normal(email))],
    });
  };
  return {
    holders: async (email) => (await emails.get(store, globalShard, normal(email)))?.value.holders ?? [],
    add: async (email, whose) => {
      const { organisation, person } = whose;
      // First in the person's own list, so that it can be found if they are removed meanwhile.
      await store.commit(organisationShard(organisation), { put: [emailsOf.of(person).put(normal(email), '')] });
      await change(email, (holders) => {
        if (holders.some((holder) => isSame(holder, whose))) return holders;
        // Counted per organisation, so that the count reveals nothing about others.
        const ours = holders.filter((holder) => holder.organisation === organisation);
        if (ours.length >= limits.emailHoldersMax) throw new Problem('email-taken');
        return [...holders, { organisation, person }];
      });
    },
    remove,
    forget: async (whose) => {
      const theirs = emailsOf.of(whose.person).each(store, organisationShard(whose.organisation));
      for await (const { key } of theirs) await remove(key, whose);
    },
  };
}

/** E-mails are compared case-insensitively. */
export function normal(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

function isSame(one: Whose, other: Whose): boolean {
  return one.organisation === other.organisation && one.person === other.person;
}
