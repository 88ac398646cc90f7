/** The people of an organisation. */
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import * as contract from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Role } from '#contract/scopes.ts';
import { withRecord } from '../audit/log.ts';
import { LEFT_AFTER_MS, LEFT_DUE } from '../relay/person-left.ts';
import { organisationShard } from '../store/shards.ts';
import type { Commit, Store } from '../store/store.ts';
import { defineTable, defineTextTable } from '../store/tables.ts';
import { untilDone } from '../store/until-done.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import { checkRoom } from './room.ts';

export const Person = v.object({
  id: v.string(),
  name: v.string(),
  role: contract.Role,
  /** Ms since 1970; absent for the first owner. */
  joinedAt: v.exactOptional(v.number()),
  /** What they sign in by, with a password. */
  email: v.exactOptional(v.string()),
  /** Sessions and sign-in links of another generation have ended; 0 where absent. */
  generation: v.exactOptional(v.number()),
});
export type Person = v.InferOutput<typeof Person>;

/** In an organisation's shard, by id. One that cannot be read may do nothing, and does not count as an owner. */
export const people = defineTable('people', Person);

/** In an organisation's shard, one row: whoever takes an owner away meets here whoever does so at the same time. */
const fences = defineTextTable('owners');
const FENCE = 'fence';

export interface People {
  /** Throws `session-ended` for somebody who has left. */
  person(organisation: string, id: string): Promise<Person>;
  /** Throws `person-unknown`. */
  member(organisation: string, id: string): Promise<Person>;
  /** In the order of their ids; `next` is the last id of a page that is not the last. */
  list(organisation: string, after: string | undefined, limit: number): Promise<{ items: Person[]; next?: string }>;
  /** Adds a person who was invited by somebody, or leaves the one of that id as it is. Throws `too-many-kept`. */
  add(organisation: string, person: Person, by: Actor): Promise<void>;
  /** Changes what is kept of a person, beside what `commit` does to the organisation's shard. Throws `session-ended`. */
  update(
    organisation: string,
    id: string,
    change: (before: Person) => Person,
    act: Act,
    commit?: Commit,
  ): Promise<Person>;
  /** Only an owner makes owners, or changes one. Throws `person-unknown`, `forbidden`, `owner-needed`. */
  setRole(id: string, role: Role, by: PersonCaller): Promise<Person>;
  /** Ends every session and sign-in link of a person, who may sign in again. Throws as `setRole` does. */
  revokeAll(id: string, by: PersonCaller): Promise<void>;
  /** What else is kept of the person is then to be removed. Throws as `setRole` does. */
  remove(id: string, by: PersonCaller): Promise<void>;
}

/** The people in a store; `onChange` hears when this process has taken something from one. */
export function createPeople(store: Store, onChange: () => void): People {
  const told = async <Result>(change: Promise<Result>): Promise<Result> => {
    const result = await change;
    onChange();
    return result;
  };
  return {
    person: (organisation, id) =>
      readPerson(store, organisation, id, 'session-ended', 'This person is not in the organisation any more.'),
    member: (organisation, id) => readPerson(store, organisation, id, 'person-unknown'),
    list: async (organisation, after, limit) => {
      const { rows, next } = await people.list(store, organisationShard(organisation), after, limit);
      const items = rows.map(({ value }) => value);
      return next === undefined ? { items } : { items, next };
    },
    add: (organisation, person, by) => addPerson(store, organisation, person, by),
    update: (organisation, id, decide, act, commit) => told(update(store, organisation, id, decide, act, commit)),
    setRole: (id, role, by) => told(change(store, id, by, 'member-changed', (before) => ({ ...before, role }))),
    revokeAll: async (id, by) => {
      const next = (before: Person) => ({ ...before, generation: (before.generation ?? 0) + 1 });
      await told(change(store, id, by, 'member-revoked', next));
    },
    remove: async (id, by) => {
      await told(change(store, id, by, 'member-removed', () => undefined));
    },
  };
}

async function readPerson(
  store: Store,
  organisation: string,
  id: string,
  code: 'session-ended' | 'person-unknown',
  detail?: string,
): Promise<Person> {
  const found = await people.get(store, organisationShard(organisation), id);
  if (found === undefined) throw new Problem(code, detail);
  return found.value;
}

async function addPerson(store: Store, organisation: string, person: Person, by: Actor): Promise<void> {
  const shard = organisationShard(organisation);
  const { id, name, role } = person;
  const act: Act = { action: 'member-joined', result: 'done', by, about: { person: id, name, role } };
  await untilDone(store, shard, async () => {
    if ((await store.row(shard, people.name, id)) !== undefined) return { result: undefined };
    const put = { expect: [{ row: people.at(id), version: 0 }], put: [people.put(id, person)] };
    const commit = await withRecord(store, shard, put, [act]);
    await checkRoom(store, shard, people.name, limits.membersMax, 'members');
    return { result: undefined, commit };
  });
}

async function update(
  store: Store,
  organisation: string,
  id: string,
  decide: (before: Person) => Person,
  act: Act,
  commit: Commit = {},
): Promise<Person> {
  const shard = organisationShard(organisation);
  return await untilDone(store, shard, async () => {
    const found = await people.get(store, shard, id);
    if (found === undefined) throw new Problem('session-ended');
    const next = decide(found.value);
    const whole = {
      ...commit,
      expect: [...(commit.expect ?? []), { row: people.at(id), version: found.version }],
      put: [...(commit.put ?? []), people.put(id, next)],
    };
    return { result: next, commit: await withRecord(store, shard, whole, [act]) };
  });
}

/** Changes or removes (undefined) a person. Owners are counted in a row of their own, so that of two at once who leave, one is told to stay. */
async function change<Next extends Person | undefined>(
  store: Store,
  id: string,
  by: PersonCaller,
  action: 'member-changed' | 'member-removed' | 'member-revoked',
  decide: (before: Person) => Next,
): Promise<Next> {
  const shard = organisationShard(by.organisation);
  return await untilDone(store, shard, async () => {
    const found = await people.get(store, shard, id);
    if (found === undefined) throw new Problem('person-unknown');
    const before = found.value;
    const next = decide(before);
    if (by.role !== 'owner' && (before.role === 'owner' || next?.role === 'owner'))
      throw new Problem('forbidden', 'It takes an owner to make an owner, or to change one.');
    const owners = await ownersFence(store, shard, before, next);
    const commit = {
      expect: [{ row: people.at(id), version: found.version }, ...owners.expect],
      put: [...owners.put, ...(next === undefined ? [] : [people.put(id, next)])],
      ...(next === undefined
        ? { delete: [people.at(id)], due: [{ id: `${LEFT_DUE}${id}`, at: store.now() + LEFT_AFTER_MS }] }
        : {}),
    };
    const role = next === undefined || next.role === before.role ? {} : { from: before.role, role: next.role };
    // Of somebody who deletes their own account, no name is entered.
    const named = next === undefined && id === by.person ? {} : { name: before.name };
    const act: Act = { action, result: 'done', by: actorOf(by), about: { person: id, ...named, ...role } };
    return { result: next, commit: await withRecord(store, shard, commit, [act]) };
  });
}

/** An owner leaves only where another one stays; whoever counts meets whoever counts at the same time. */
async function ownersFence(store: Store, shard: string, before: Person, next: Person | undefined) {
  if (before.role !== 'owner' || next?.role === 'owner') return { expect: [], put: [] };
  const fence = await fences.get(store, shard, FENCE);
  let others = 0;
  for await (const { key, value } of people.each(store, shard)) {
    if (key !== before.id && value.role === 'owner') others += 1;
  }
  if (others === 0) throw new Problem('owner-needed');
  return {
    expect: [{ row: fences.at(FENCE), version: fence?.version ?? 0 }],
    put: [fences.put(FENCE, before.id)],
  };
}
