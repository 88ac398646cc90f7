/** Sign-in links and sessions: tickets in `global` under the SHA-256 of their token, so that a copy of the store signs nobody in. */
import { limits } from '#contract/limits.ts';
import type { Scope } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import type { Person } from './people.ts';
import { createId, createToken, hashSecret } from './secrets.ts';

/** Whom a link or session stands for, and with which scope: never more than its maker had. */
export interface SignedIn {
  readonly organisation: string;
  readonly person: string;
  readonly scope: Scope;
}

/** Whom an invitation makes a member. */
export interface Invited {
  readonly organisation: string;
  readonly invited: Person;
  /** Who invited them: has to be an admin still when the link is opened. */
  readonly by: string;
}

/** A session as its person sees it; times in ms since 1970. */
export interface Session {
  readonly id: string;
  readonly hash: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly agent?: string;
}

export interface Sessions {
  /** A token that signs in once, within `signInLinkMs`. */
  createLink(who: SignedIn): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** A token that makes somebody a member and signs them in, once, within `invitationMs`. */
  createInvitation(who: Invited): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** Spends a link's token and begins a session. Throws `sign-in-link-spent`. */
  redeem(token: string, agent?: string): Promise<{ readonly token: string; readonly who: SignedIn }>;
  /** Where a person is signed in. */
  list(organisation: string, person: string): Promise<readonly Session[]>;
  /** Ends one of a person's sessions. Throws `session-unknown`. */
  revoke(organisation: string, person: string, id: string): Promise<void>;
  /** Who a session is, by the hash of its token. Throws `session-ended`. */
  find(hash: string): Promise<SignedIn>;
  /** Puts the end of a session off, at most once a day; whether it did. */
  renew(hash: string): Promise<boolean>;
  end(hash: string): Promise<void>;
}

/** Adds a person who was invited. Throws `sign-in-link-spent` where whoever invited them may no longer. */
type Join = (invited: Invited) => Promise<void>;

const renewEveryMs = 24 * 3600 * 1000;

/** The sessions in a store; `join` adds a person who was invited. */
export function createSessions(store: Store, join: Join): Sessions {
  const createTicket = async (who: SignedIn | Invited, ttlMs: number) => {
    const token = createToken();
    const name = linkTicket(hashSecret(token));
    await store.commit('global', { tickets: [{ name, value: JSON.stringify(who), ttlMs }] });
    return { token, expiresAt: store.now() + ttlMs };
  };
  return {
    createLink: (who) => createTicket(who, limits.signInLinkMs),
    createInvitation: (who) => createTicket(who, limits.invitationMs),
    redeem: (token, agent) => redeem(store, token, join, agent),
    list: (organisation, person) => listSessions(store, organisation, person),
    revoke: async (organisation, person, id) => {
      const row = await store.row(`o:${organisation}`, sessionTable(person), id);
      if (row === undefined) throw new Problem('session-unknown');
      const { hash } = JSON.parse(row.value) as Session;
      await store.commit('global', { tickets: [{ name: sessionTicket(hash), value: null }] });
      await store.commit(`o:${organisation}`, { delete: [{ table: sessionTable(person), key: id }] });
    },
    find: async (hash) => {
      const ticket = await store.ticket('global', sessionTicket(hash));
      if (ticket === undefined) throw new Problem('session-ended');
      return parseSignedIn(ticket.value);
    },
    renew: async (hash) => {
      const name = sessionTicket(hash);
      const ticket = await store.ticket('global', name);
      if (ticket === undefined || ticket.expiresAt - store.now() > limits.sessionMs - renewEveryMs) return false;
      const { value } = ticket;
      const renewed = { name, value, ttlMs: limits.sessionMs };
      return (await store.commit('global', { expect: [{ ticket: name, value }], tickets: [renewed] })).done;
    },
    end: async (hash) => {
      await store.commit('global', { tickets: [{ name: sessionTicket(hash), value: null }] });
    },
  };
}

/** The link is spent and the session begun by one commit, so that of two readers of a link one gets in. Who was invited is added before: the other way round a crash would leave a session of nobody. */
async function redeem(store: Store, linkToken: string, join: Join, agent: string | undefined) {
  const link = linkTicket(hashSecret(linkToken));
  const ticket = await store.ticket('global', link);
  if (ticket === undefined) throw new Problem('sign-in-link-spent');
  const meant = JSON.parse(ticket.value) as SignedIn | Invited;
  const who = 'invited' in meant ? await joined(meant, join) : meant;
  const token = createToken();
  const hash = hashSecret(token);
  // Listed before it lives: a crash in between leaves a line of nothing, which the next look drops.
  await note(store, who, { hash, createdAt: store.now(), ...(agent === undefined ? {} : { agent }) });
  const session = { name: sessionTicket(hash), value: JSON.stringify(who), ttlMs: limits.sessionMs };
  const { done } = await store.commit('global', {
    expect: [{ ticket: link, value: ticket.value }],
    tickets: [{ name: link, value: null }, session],
  });
  if (!done) throw new Problem('sign-in-link-spent');
  return { token, who };
}

async function note(
  store: Store,
  { organisation, person }: SignedIn,
  row: Omit<Session, 'id' | 'expiresAt'>,
): Promise<void> {
  const put = [{ table: sessionTable(person), key: createId(), value: JSON.stringify(row) }];
  await store.commit(`o:${organisation}`, { put });
}

/** Those that live; lines of others are dropped on the way. */
async function listSessions(store: Store, organisation: string, person: string): Promise<readonly Session[]> {
  const table = sessionTable(person);
  const rows = await store.list(`o:${organisation}`, table, undefined, 500);
  const looked = await Promise.all(
    rows.map(async ({ key, value }) => {
      const row = JSON.parse(value) as Omit<Session, 'id' | 'expiresAt'>;
      const ticket = await store.ticket('global', sessionTicket(row.hash));
      return ticket === undefined ? { key } : { key, session: { ...row, id: key, expiresAt: ticket.expiresAt } };
    }),
  );
  const gone = looked.filter(({ session }) => session === undefined);
  if (gone.length > 0) await store.commit(`o:${organisation}`, { delete: gone.map(({ key }) => ({ table, key })) });
  return looked.flatMap(({ session }) => session ?? []);
}

/** The scope is as wide as it can be: a session never does more than the role of its person. */
async function joined(meant: Invited, join: Join): Promise<SignedIn> {
  await join(meant);
  return { organisation: meant.organisation, person: meant.invited.id, scope: 'admin' };
}

/** Tickets are our own writing: they are typed, not checked. */
function parseSignedIn(value: string): SignedIn {
  return JSON.parse(value) as SignedIn;
}

/** The table of a person's sessions, in the organisation's shard. */
function sessionTable(person: string): string {
  return `sessions:${person}`;
}

function linkTicket(hash: string): string {
  return `sign-in/${hash}`;
}

function sessionTicket(hash: string): string {
  return `session/${hash}`;
}
