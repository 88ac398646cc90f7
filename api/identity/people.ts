/** Organisations and their people; the first of both is made when a relay starts for the first time. */
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { Me } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Role } from '#contract/scopes.ts';
import { commitRecorded, withRecord } from '../relay/audit.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Commit, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import { checkRoom } from './room.ts';
import { createId } from './secrets.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Ms since 1970; absent for the first owner. */
  readonly joinedAt?: number;
  /** What they sign in by, with a password. */
  readonly email?: string;
  /** Sessions and sign-in links of another generation have ended; 0 where absent. */
  readonly generation?: number;
}

/** An organisation and its owner, by their ids. */
export interface Founded {
  readonly organisation: string;
  readonly person: string;
}

export interface People {
  /** The organisation and owner of this relay, made under `name` where there is none. */
  ensureOwner(name: string): Promise<Founded>;
  /** Throws `session-ended` for somebody who has left. */
  person(organisation: string, id: string): Promise<Person>;
  /** Throws `person-unknown`. */
  member(organisation: string, id: string): Promise<Person>;
  organisation(id: string): Promise<Me['organisation']>;
  renameOrganisation(name: string, by: PersonCaller): Promise<Me['organisation']>;
  /** Another organisation, with an owner of its own; neither sees anything of the other. */
  createOrganisation(name: string, owner: string, by: PersonCaller): Promise<Founded>;
  /** The organisation that this relay began with. */
  first(): Promise<string>;
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
  /** Throws as `setRole` does. */
  remove(id: string, by: PersonCaller): Promise<void>;
}

/** The people in a store; `onChange` hears when this process has taken something from one. */
export function createPeople(store: Store, onChange: () => void): People {
  return {
    ensureOwner: (name) => ensureOwner(store, name),
    person: async (organisation, id) => {
      const row = await store.row(organisationShard(organisation), 'people', id);
      if (row === undefined) throw new Problem('session-ended', 'This person is not in the organisation any more.');
      return JSON.parse(row.value) as Person;
    },
    member: async (organisation, id) => {
      const row = await store.row(organisationShard(organisation), 'people', id);
      if (row === undefined) throw new Problem('person-unknown');
      return JSON.parse(row.value);
    },
    organisation: async (id) => {
      const row = await store.row(globalShard, 'organisations', id);
      return { id, name: row === undefined ? id : (JSON.parse(row.value) as { name: string }).name };
    },
    renameOrganisation: async (name, by) => {
      const { organisation } = by;
      const act: Act = { action: 'organisation-renamed', result: 'done', by: actorOf(by), about: { name } };
      await store.commit(globalShard, {
        put: [{ table: 'organisations', key: organisation, value: JSON.stringify({ name }) }],
      });
      await commitRecorded(store, organisationShard(organisation), {}, [act]);
      return { id: organisation, name };
    },
    createOrganisation: async (name, owner, by) => {
      const act: Act = { action: 'organisation-made', result: 'done', by: actorOf(by), about: { name, owner } };
      await checkRoom(store, globalShard, 'organisations', limits.organisationsMax, 'organisations');
      // Its own log does not name whoever made it: they belong to another organisation.
      const ids = await found(store, owner, { ...act, by: { name: 'relay', via: 'relay' } });
      await commitRecorded(store, organisationShard(by.organisation), {}, [act]);
      await store.commit(globalShard, {
        put: [{ table: 'organisations', key: ids.organisation, value: JSON.stringify({ name }) }],
      });
      return ids;
    },
    first: async () => {
      const row = await store.row(globalShard, first.table, first.key);
      return row === undefined ? '' : (JSON.parse(row.value) as { organisation: string }).organisation;
    },
    list: async (organisation, after, limit) => {
      const rows = await store.list(organisationShard(organisation), 'people', after, limit);
      const items = rows.map(({ value }) => JSON.parse(value) as Person);
      const last = rows.length === limit ? rows.at(-1)?.key : undefined;
      return last === undefined ? { items } : { items, next: last };
    },
    add: async (organisation, person, by) => {
      const shard = organisationShard(organisation);
      const { id, name, role } = person;
      const act: Act = { action: 'member-joined', result: 'done', by, about: { person: id, name, role } };
      await untilDone(store, shard, async () => {
        if ((await store.row(shard, 'people', id)) !== undefined) return { result: undefined };
        const row = { table: 'people', key: id };
        const put = { expect: [{ row, version: 0 }], put: [{ ...row, value: JSON.stringify(person) }] };
        const commit = await withRecord(store, shard, put, [act]);
        await checkRoom(store, shard, 'people', limits.membersMax, 'members');
        return { result: undefined, commit };
      });
    },
    update: async (organisation, id, changed, act, commit = {}) => {
      const shard = organisationShard(organisation);
      const person = await untilDone(store, shard, async () => {
        const found = await store.row(shard, 'people', id);
        if (found === undefined) throw new Problem('session-ended');
        const next = changed(JSON.parse(found.value));
        const row = { table: 'people', key: id };
        const whole = {
          ...commit,
          expect: [...(commit.expect ?? []), { row, version: found.version }],
          put: [...(commit.put ?? []), { ...row, value: JSON.stringify(next) }],
        };
        return { result: next, commit: await withRecord(store, shard, whole, [act]) };
      });
      onChange();
      return person;
    },
    setRole: async (id, role, by) => {
      const person = await change(store, id, by, 'member-changed', (before) => ({ ...before, role }));
      onChange();
      return person;
    },
    revokeAll: async (id, by) => {
      const next = (before: Person) => ({ ...before, generation: (before.generation ?? 0) + 1 });
      await change(store, id, by, 'member-revoked', next);
      onChange();
    },
    remove: async (id, by) => {
      await change(store, id, by, 'member-removed', () => undefined);
      onChange();
    },
  };
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
    const found = await store.row(shard, 'people', id);
    if (found === undefined) throw new Problem('person-unknown');
    const before = JSON.parse(found.value) as Person;
    const next = decide(before);
    if (by.role !== 'owner' && (before.role === 'owner' || next?.role === 'owner'))
      throw new Problem('forbidden', 'It takes an owner to make an owner, or to change one.');
    const name = { table: 'people', key: id };
    const owners = await ownersFence(store, shard, before, next);
    const commit = {
      expect: [{ row: name, version: found.version }, ...owners.expect],
      put: [...owners.put, ...(next === undefined ? [] : [{ ...name, value: JSON.stringify(next) }])],
      ...(next === undefined ? { delete: [name] } : {}),
    };
    const role = next === undefined || next.role === before.role ? {} : { from: before.role, role: next.role };
    const act: Act = { action, result: 'done', by: actorOf(by), about: { person: id, name: before.name, ...role } };
    return { result: next, commit: await withRecord(store, shard, commit, [act]) };
  });
}

/** An owner leaves only where another one stays; whoever counts meets whoever counts at the same time. */
async function ownersFence(store: Store, shard: string, before: Person, next: Person | undefined) {
  if (before.role !== 'owner' || next?.role === 'owner') return { expect: [], put: [] };
  const fence = { table: 'owners', key: 'fence' };
  const row = await store.row(shard, fence.table, fence.key);
  let after: string | undefined;
  let others = 0;
  do {
    const page = await store.list(shard, 'people', after, 500);
    others += page.filter(
      ({ key, value }) => key !== before.id && (JSON.parse(value) as Person).role === 'owner',
    ).length;
    after = page.length === 500 ? page.at(-1)?.key : undefined;
  } while (after !== undefined);
  if (others === 0) throw new Problem('owner-needed');
  const { id } = before;
  return { expect: [{ row: fence, version: row?.version ?? 0 }], put: [{ ...fence, value: id }] };
}

const first = { table: 'organisations-first', key: 'first' } as const;

/** Makes an owner in a shard of a new organisation, whose log begins with that. */
async function found(store: Store, name: string, act: Act): Promise<Founded> {
  const ids = { organisation: createId(), person: createId() };
  const owner: Person = { id: ids.person, name, role: 'owner' };
  const put = [{ table: 'people', key: owner.id, value: JSON.stringify(owner) }];
  await commitRecorded(store, organisationShard(ids.organisation), { put }, [act]);
  return ids;
}

/** The owner is written before the row that says that there is one, so that a start that was cut short is repeated. */
async function ensureOwner(store: Store, name: string): ReturnType<People['ensureOwner']> {
  const known = await store.row(globalShard, first.table, first.key);
  if (known !== undefined) return JSON.parse(known.value) as Founded;
  const by: Actor = { name: 'relay', via: 'relay' };
  const ids = await found(store, name, {
    action: 'organisation-made',
    result: 'done',
    by,
    about: { name, owner: name },
  });
  const { done } = await store.commit(globalShard, {
    expect: [{ row: first, version: 0 }],
    put: [
      { table: 'organisations', key: ids.organisation, value: JSON.stringify({ name }) },
      { ...first, value: JSON.stringify(ids) },
    ],
  });
  return done ? ids : await ensureOwner(store, name);
}
