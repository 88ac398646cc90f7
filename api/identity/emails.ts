/** E-mails that people sign in by. Several may have the same one, each with a password of their own that tells them apart: so nobody learns by setting theirs whether another has it. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable, defineTextTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { Whose } from './ways.ts';

export interface Emails {
  /** Who signs in by an e-mail, those who came first first. */
  holders(email: string): Promise<readonly Whose[]>;
  /** Throws `email-taken` where too many of the same organisation have it. */
  add(email: string, whose: Whose): Promise<void>;
  remove(email: string, whose: Whose): Promise<void>;
  /** Removes all of somebody who was removed. */
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
      // In their own list first, by which it is taken back from somebody who is removed meanwhile.
      await store.commit(organisationShard(organisation), { put: [emailsOf.of(person).put(normal(email), '')] });
      await change(email, (holders) => {
        if (holders.some((holder) => isSame(holder, whose))) return holders;
        // Counted by organisation, so that the count tells nothing of others.
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

/** E-mails are compared without regard to case: nobody has two that differ in it. */
export function normal(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

function isSame(one: Whose, other: Whose): boolean {
  return one.organisation === other.organisation && one.person === other.person;
}
