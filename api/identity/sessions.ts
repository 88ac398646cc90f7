/** Sign-in links and sessions: tickets in `global` under the SHA-256 of their token, so that a copy of the store signs nobody in. */
import { limits } from '#contract/limits.ts';
import type { Scope } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { createToken, hashSecret } from './secrets.ts';

/** Whom a link or session stands for, and with which scope: never more than its maker had. */
export interface SignedIn {
  readonly organisation: string;
  readonly person: string;
  readonly scope: Scope;
}

export interface Sessions {
  /** A token that signs in once, within `signInLinkMs`. */
  createLink(who: SignedIn): Promise<{ readonly token: string; readonly expiresAt: number }>;
  /** Spends a link's token and begins a session. Throws `sign-in-link-spent`. */
  redeem(token: string): Promise<{ readonly token: string; readonly who: SignedIn }>;
  /** Who a session is, by the hash of its token. Throws `session-ended`. */
  find(hash: string): Promise<SignedIn>;
  /** Puts the end of a session off, at most once a day; whether it did. */
  renew(hash: string): Promise<boolean>;
  end(hash: string): Promise<void>;
}

const renewEveryMs = 24 * 3600 * 1000;

/** The sessions in a store. */
export function createSessions(store: Store): Sessions {
  return {
    createLink: async (who) => {
      const token = createToken();
      const ttlMs = limits.signInLinkMs;
      const name = linkTicket(hashSecret(token));
      await store.commit('global', { tickets: [{ name, value: JSON.stringify(who), ttlMs }] });
      return { token, expiresAt: store.now() + ttlMs };
    },
    redeem: (token) => redeem(store, token),
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

/** The link is spent and the session begun by one commit, so that of two readers of a link one gets in. */
async function redeem(store: Store, linkToken: string) {
  const link = linkTicket(hashSecret(linkToken));
  const ticket = await store.ticket('global', link);
  if (ticket === undefined) throw new Problem('sign-in-link-spent');
  const token = createToken();
  const session = { name: sessionTicket(hashSecret(token)), value: ticket.value, ttlMs: limits.sessionMs };
  const { done } = await store.commit('global', {
    expect: [{ ticket: link, value: ticket.value }],
    tickets: [{ name: link, value: null }, session],
  });
  if (!done) throw new Problem('sign-in-link-spent');
  return { token, who: parseSignedIn(ticket.value) };
}

/** Tickets are our own writing: they are typed, not checked. */
function parseSignedIn(value: string): SignedIn {
  return JSON.parse(value) as SignedIn;
}

function linkTicket(hash: string): string {
  return `sign-in/${hash}`;
}

function sessionTicket(hash: string): string {
  return `session/${hash}`;
}
