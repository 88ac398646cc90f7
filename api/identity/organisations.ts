/** Organisations: the one that a relay begins with, and those that its owner makes beside it. */
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { Me } from '#contract/people.ts';
import { commitRecorded } from '../audit/log.ts';
import { upkeepDue } from '../relay/feeds/retention.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import { people } from './people.ts';
import { checkRoom } from './room.ts';
import { createId } from './secrets.ts';

/** An organisation and its owner, by their ids. */
export const Founded = v.object({ organisation: v.string(), person: v.string() });
export type Founded = v.InferOutput<typeof Founded>;

/** By id. */
const organisations = defineTable('organisations', v.object({ name: v.string() }));
/** One row: the organisation that the relay began with. */
const firsts = defineTable('organisations-first', Founded);
const FIRST = 'first';

export interface Organisations {
  /** The organisation and owner of this relay, made under `name` where there is none. */
  ensureOwner(name: string): Promise<Founded>;
  /** The organisation that this relay began with; empty where there is none. */
  first(): Promise<string>;
  ids(): Promise<readonly string[]>;
  get(id: string): Promise<Me['organisation']>;
  rename(name: string, by: PersonCaller): Promise<Me['organisation']>;
  /** Another organisation, with an owner of its own; neither sees anything of the other. Throws `too-many-kept`. */
  create(name: string, owner: string, by: PersonCaller): Promise<Founded>;
}

/** The organisations in a store. */
export function createOrganisations(store: Store): Organisations {
  return {
    ensureOwner: (name) => ensureOwner(store, name),
    first: async () => (await firsts.get(store, globalShard, FIRST))?.value.organisation ?? '',
    ids: async () => {
      const found: string[] = [];
      for await (const { key } of organisations.each(store, globalShard)) found.push(key);
      return found;
    },
    get: async (id) => ({ id, name: (await organisations.get(store, globalShard, id))?.value.name ?? id }),
    rename: (name, by) => rename(store, name, by),
    create: (name, owner, by) => create(store, name, owner, by),
  };
}

async function rename(store: Store, name: string, by: PersonCaller): Promise<Me['organisation']> {
  const { organisation } = by;
  const act: Act = { action: 'organisation-renamed', result: 'done', by: actorOf(by), about: { name } };
  await store.commit(globalShard, { put: [organisations.put(organisation, { name })] });
  await commitRecorded(store, organisationShard(organisation), {}, [act]);
  return { id: organisation, name };
}

async function create(store: Store, name: string, owner: string, by: PersonCaller): Promise<Founded> {
  const act: Act = { action: 'organisation-made', result: 'done', by: actorOf(by), about: { name, owner } };
  await checkRoom(store, globalShard, organisations.name, limits.organisationsMax, 'organisations');
  // Its own log does not name whoever made it: they belong to another organisation.
  const ids = await found(store, owner, { ...act, by: relayActor });
  await commitRecorded(store, organisationShard(by.organisation), {}, [act]);
  await store.commit(globalShard, { put: [organisations.put(ids.organisation, { name })] });
  return ids;
}

const relayActor: Actor = { name: 'relay', via: 'relay' };

/** Makes an owner in a shard of a new organisation, whose log begins with that. */
async function found(store: Store, name: string, act: Act): Promise<Founded> {
  const ids = { organisation: createId(), person: createId() };
  const put = [people.put(ids.person, { id: ids.person, name, role: 'owner' })];
  const due = [upkeepDue(store.now())];
  await commitRecorded(store, organisationShard(ids.organisation), { put, due }, [act]);
  return ids;
}

/** The owner is written before the row that says that there is one, so that a start that was cut short is repeated. */
async function ensureOwner(store: Store, name: string): Promise<Founded> {
  const known = await firsts.get(store, globalShard, FIRST);
  if (known !== undefined) return { ...known.value, person: await ownerNow(store, known.value) };
  const about = { name, owner: name };
  const ids = await found(store, name, { action: 'organisation-made', result: 'done', by: relayActor, about });
  const { done } = await store.commit(globalShard, {
    expect: [{ row: firsts.at(FIRST), version: 0 }],
    put: [organisations.put(ids.organisation, { name }), firsts.put(FIRST, ids)],
  });
  return done ? ids : await ensureOwner(store, name);
}

/** The one who founded it, or another owner where they have left. */
async function ownerNow(store: Store, { organisation, person }: Founded): Promise<string> {
  const shard = organisationShard(organisation);
  if ((await people.get(store, shard, person)) !== undefined) return person;
  for await (const { key, value } of people.each(store, shard)) if (value.role === 'owner') return key;
  return person;
}
