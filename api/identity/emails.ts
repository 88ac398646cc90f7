/** E-mails that people sign in by. Several may have the same one, each with a password of their own that tells them apart: so nobody learns by setting theirs whether another has it. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import type { Whose } from './ways.ts';

export interface Emails {
  /** Who signs in by an e-mail, those who came first first. */
  holders(email: string): Promise<readonly Whose[]>;
  /** Throws `email-taken` where too many of the same organisation have it. */
  add(email: string, whose: Whose): Promise<void>;
  remove(email: string, whose: Whose): Promise<void>;
  /** Removes all of somebody who was removed. */
  forget(whose: Whose): Promise<void>;
}

const TABLE = 'ways/email';

/** The e-mails in a store. */
export function createEmails(store: Store): Emails {
  const change = (email: string, next: (holders: readonly Whose[]) => readonly Whose[]) =>
    untilDone(store, globalShard, async () => {
      const row = { table: TABLE, key: normal(email) };
      const found = await store.row(globalShard, row.table, row.key);
      const holders = next(parse(found?.value));
      const expect = [{ row, version: found?.version ?? 0 }];
      const value = JSON.stringify({ holders });
      return {
        result: undefined,
        commit: holders.length === 0 ? { expect, delete: [row] } : { expect, put: [{ ...row, value }] },
      };
    });
  const list = ({ person }: Whose, email: string) => ({ table: `ways:${person}`, key: `email/${normal(email)}` });
  const remove: Emails['remove'] = async (email, whose) => {
    await change(email, (holders) => holders.filter((holder) => !isSame(holder, whose)));
    await store.commit(organisationShard(whose.organisation), { delete: [list(whose, email)] });
  };
  return {
    holders: async (email) => parse((await store.row(globalShard, TABLE, normal(email)))?.value),
    add: async (email, whose) => {
      const { organisation, person } = whose;
      // In their own list first, by which it is taken back from somebody who is removed meanwhile.
      await store.commit(organisationShard(organisation), { put: [{ ...list(whose, email), value: '{}' }] });
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
      const rows = await store.list(organisationShard(whose.organisation), `ways:${whose.person}`, 'email/', 500);
      for (const { key } of rows) if (key.startsWith('email/')) await remove(key.slice('email/'.length), whose);
    },
  };
}

/** E-mails are compared without regard to case: nobody has two that differ in it. */
export function normal(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

/** A row of release 0.1 names its one holder. */
function parse(value: string | undefined): readonly Whose[] {
  if (value === undefined) return [];
  const row = JSON.parse(value) as { readonly holders: readonly Whose[] } | Whose;
  return 'holders' in row ? row.holders : [{ organisation: row.organisation, person: row.person }];
}

function isSame(one: Whose, other: Whose): boolean {
  return one.organisation === other.organisation && one.person === other.person;
}
