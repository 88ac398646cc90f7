/** Sessions: begun, listed, found, ended. */
import * as v from 'valibot';
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { globalShard, organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTable } from '../store/tables.ts';
import { isGone, lowerRole } from './caller.ts';
import type { People } from './people.ts';
import { createId, createToken, hashSecret } from './secrets.ts';
import {
  type Granted,
  generation,
  parseTicket,
  readTicket,
  type SessionTicket,
  type SignedIn,
  SignInWay,
  sessionTicket,
  ticketOf,
  tickets,
} from './session-tickets.ts';

const SessionRow = v.object({
  hash: v.string(),
  createdAt: v.number(),
  way: v.exactOptional(SignInWay),
  agent: v.exactOptional(v.string()),
});
type SessionRow = v.InferOutput<typeof SessionRow>;

/** In an organisation's shard: the sessions of a person, by id. One that cannot be read is not shown. */
const sessionsOf = defineTable('sessions', SessionRow);

/** A session as its person sees it; times in ms since 1970. */
export interface Session extends SessionRow {
  readonly id: string;
  readonly expiresAt: number;
}

/** The browser that a session is begun in. */
export interface Browser {
  /** What it calls itself. */
  readonly agent?: string;
  /** Whether it comes by plain http: its session then has two halves, of which a cookie holds but one. */
  readonly isPlain: boolean;
}

/** Who a session is, how it was begun, and when its person last proved who they are (ms since 1970). */
export interface SessionFound extends SignedIn {
  readonly id: string;
  readonly at: number;
  readonly way: SignInWay;
  readonly key?: string;
}

export interface Sessions {
  /** Begins a session of somebody who has proved who they are. */
  begin(
    who: SignedIn & Pick<Granted, 'key' | 'provenAt'>,
    way: SignInWay,
    browser: Browser,
  ): Promise<{ readonly token: string }>;
  /** Where a person is signed in. */
  list(organisation: string, person: string): Promise<readonly Session[]>;
  /** Ends one of a person's sessions. Throws `session-unknown`. */
  revoke(who: { readonly organisation: string; readonly person: string }, id: string, by: Actor): Promise<void>;
  /** Ends and forgets the sessions of somebody who is no member any more. */
  forget(organisation: string, person: string): Promise<void>;
  /** Who a session is, by the hash of its token. Throws `session-ended`. */
  find(hash: string): Promise<SessionFound>;
  /** Puts the end of a session off, at most once a day; whether it did. */
  renew(hash: string): Promise<boolean>;
}

const renewEveryMs = 24 * 3600 * 1000;

/** The sessions of these people in a store; `checkKey` throws for a key (by its hash) that has ended. */
export function createSessions(store: Store, people: People, checkKey: (hash: string) => Promise<unknown>): Sessions {
  const generationOf = async ({ organisation, person }: SignedIn) =>
    (await people.person(organisation, person)).generation;
  const begin: Sessions['begin'] = async (who, way, { agent, isPlain }) => {
    const person = await people.person(who.organisation, who.person);
    const token = createToken() + (isPlain ? createToken() : '');
    const hash = hashSecret(token);
    const id = createId();
    const now = store.now();
    const { organisation, scope, key, most, provenAt = now } = who;
    const ticket: SessionTicket = {
      id,
      organisation,
      person: person.id,
      scope,
      ...generation(person.generation),
      at: provenAt,
      way,
      ...(key === undefined ? {} : { key }),
      ...(most === undefined ? {} : { most: lowerRole(person.role, most) }),
    };
    await makeRoom(store, who, person.name);
    // Listed and recorded before it lives: a crash in between leaves a line of nothing, which the next look drops.
    await note(store, who, { id, hash, createdAt: now, way, ...(agent === undefined ? {} : { agent }) }, person.name);
    const session = { name: sessionTicket(hash), value: tickets.format(ticket), ttlMs: limits.sessionMs };
    await store.commit(globalShard, { tickets: [session] });
    return { token };
  };
  return {
    begin,
    list: async (organisation, person) =>
      listSessions(store, organisation, person, (await people.person(organisation, person)).generation),
    revoke: async ({ organisation, person }, id, by) => {
      const table = sessionsOf.of(person);
      const row = await table.get(store, organisationShard(organisation), id);
      if (row === undefined) throw new Problem('session-unknown');
      await store.commit(globalShard, { tickets: [{ name: sessionTicket(row.value.hash), value: null }] });
      const gone = { delete: [table.at(id)] };
      const act: Act = { action: 'signed-out', result: 'done', by, about: { session: id, person } };
      await commitRecorded(store, organisationShard(organisation), gone, [act]);
    },
    forget: (organisation, person) => forgetAll(store, organisation, person),
    find: async (hash) => {
      const found = parseTicket(await ticketOf(store, hash));
      if ((await generationOf(found)) !== found.generation) throw new Problem('session-ended');
      if (found.key !== undefined) await checkKey(found.key).catch(asEnded);
      return found;
    },
    renew: async (hash) => {
      const name = sessionTicket(hash);
      const ticket = await store.ticket(globalShard, name);
      if (ticket === undefined || ticket.expiresAt - store.now() > limits.sessionMs - renewEveryMs) return false;
      const { value } = ticket;
      const renewed = { name, value, ttlMs: limits.sessionMs };
      return (await store.commit(globalShard, { expect: [{ ticket: name, value }], tickets: [renewed] })).done;
    },
  };
}

async function forgetAll(store: Store, organisation: string, person: string): Promise<void> {
  const table = sessionsOf.of(person);
  const shard = organisationShard(organisation);
  const found = await Array.fromAsync(table.each(store, shard));
  const tickets = found.map(({ value }) => ({ name: sessionTicket(value.hash), value: null }));
  await store.commit(globalShard, { tickets });
  await store.commit(shard, { delete: found.map(({ key }) => table.at(key)) });
}

/** A key that has ended takes its sessions along; a store that does not answer does not. */
function asEnded(error: unknown): never {
  throw isGone(error) ? new Problem('session-ended', 'The key that this session was begun with has ended.') : error;
}

/** Where a person has as many sessions as one may, those that were not used for longest end. */
async function makeRoom(store: Store, { organisation, person }: SignedIn, name: string): Promise<void> {
  const table = sessionsOf.of(person);
  const shard = organisationShard(organisation);
  const most = limits.sessionsPerPersonMax;
  if ((await store.count(shard, table.name)) < most) return;
  const { rows } = await table.list(store, shard, undefined, 500);
  const looked = await Promise.all(
    rows.map(async ({ key, value: { hash } }) => {
      return { key, hash, endsAt: (await store.ticket(globalShard, sessionTicket(hash)))?.expiresAt ?? 0 };
    }),
  );
  const idle = looked.toSorted((a, b) => a.endsAt - b.endsAt).slice(0, Math.max(0, looked.length - most + 1));
  await store.commit(globalShard, { tickets: idle.map(({ hash }) => ({ name: sessionTicket(hash), value: null })) });
  const by: Actor = { person, name, via: 'relay' };
  const acts = idle
    .filter(({ endsAt }) => endsAt > 0)
    .map(({ key }): Act => ({ action: 'signed-out', result: 'done', by, about: { session: key, person } }));
  await commitRecorded(store, shard, { delete: idle.map(({ key }) => table.at(key)) }, acts);
}

async function note(
  store: Store,
  { organisation, person }: SignedIn,
  { id, ...row }: SessionRow & { readonly id: string; readonly way: SignInWay },
  name: string,
): Promise<void> {
  const put = [sessionsOf.of(person).put(id, row)];
  const { agent, way } = row;
  const about = { session: id, ...(agent === undefined ? {} : { agent }) };
  const act: Act = { action: 'signed-in', result: 'done', by: { person, name, via: way }, about };
  await commitRecorded(store, organisationShard(organisation), { put }, [act]);
}

/** Those that live, which are of the person's generation; lines of others are dropped on the way. */
async function listSessions(
  store: Store,
  organisation: string,
  person: string,
  own: number | undefined,
): Promise<readonly Session[]> {
  const table = sessionsOf.of(person);
  const { rows } = await table.list(store, organisationShard(organisation), undefined, 500);
  const looked = await Promise.all(
    rows.map(async ({ key, value: row }) => {
      const ticket = await store.ticket(globalShard, sessionTicket(row.hash));
      if (ticket === undefined || readTicket(ticket.value)?.generation !== own) return { key };
      return { key, session: { ...row, id: key, expiresAt: ticket.expiresAt } };
    }),
  );
  const gone = looked.filter(({ session }) => session === undefined);
  if (gone.length > 0)
    await store.commit(organisationShard(organisation), { delete: gone.map(({ key }) => table.at(key)) });
  return looked.flatMap(({ session }) => session ?? []);
}
