/** Organisations and their people; the first of both is made when a relay starts for the first time. */
import type { Me, Role } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { createId } from './secrets.ts';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

export interface People {
  /** The organisation and owner of this relay, made under `name` where there is none. */
  ensureOwner(name: string): Promise<{ readonly organisation: string; readonly person: string }>;
  /** Throws `session-ended` for somebody who has left. */
  person(organisation: string, id: string): Promise<Person>;
  organisation(id: string): Promise<Me['organisation']>;
}

/** The people in a store. */
export function createPeople(store: Store): People {
  return {
    ensureOwner: (name) => ensureOwner(store, name),
    person: async (organisation, id) => {
      const row = await store.row(`o:${organisation}`, 'people', id);
      if (row === undefined) throw new Problem('session-ended', 'This person is not in the organisation any more.');
      return JSON.parse(row.value) as Person;
    },
    organisation: async (id) => {
      const row = await store.row('global', 'organisations', id);
      return { id, name: row === undefined ? id : (JSON.parse(row.value) as { name: string }).name };
    },
  };
}

/** The owner is written before the row that says that there is one, so that a start that was cut short is repeated. */
async function ensureOwner(store: Store, name: string): ReturnType<People['ensureOwner']> {
  const first = { table: 'organisations-first', key: 'first' };
  const found = await store.row('global', first.table, first.key);
  if (found !== undefined) return JSON.parse(found.value) as { organisation: string; person: string };
  const ids = { organisation: createId(), person: createId() };
  const owner: Person = { id: ids.person, name, role: 'owner' };
  await store.commit(`o:${ids.organisation}`, {
    put: [{ table: 'people', key: owner.id, value: JSON.stringify(owner) }],
  });
  const { done } = await store.commit('global', {
    expect: [{ row: first, version: 0 }],
    put: [
      { table: 'organisations', key: ids.organisation, value: JSON.stringify({ name }) },
      { ...first, value: JSON.stringify(ids) },
    ],
  });
  return done ? ids : await ensureOwner(store, name);
}
