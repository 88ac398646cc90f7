/** The flow of OpenID Connect: code with PKCE, state and nonce, by `openid-client`. What is known of who came back is what the provider claims. */
import * as client from 'openid-client';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Role } from '#contract/scopes.ts';
import { createLimitedFetch } from '../limited-fetch.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineLayout } from '../store/tables.ts';
import type { PersonCaller } from './caller.ts';
import { createToken } from './secrets.ts';

/** As the operator says it. */
export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** The role of somebody who signs in for the first time; absent, nobody joins so. */
  readonly role: Exclude<Role, 'owner'> | undefined;
}

/** What waits for the browser to come back. */
const Pending = v.object({
  verifier: v.string(),
  nonce: v.string(),
  /** Empty for a sign-in. */
  person: v.string(),
});
type Pending = v.InferOutput<typeof Pending>;
const tickets = defineLayout('the tickets of sign-ins at a provider', Pending);

const rediscoverMs = 3600 * 1000;

export type Discover = () => Promise<client.Configuration>;

/** Where the provider sends a browser back to. */
function redirect(origin: string): string {
  return `${origin}/`;
}

/** Sends a browser to the provider; `link` where an account is to be tied to somebody. */
export async function begin(store: Store, discover: Discover, origin: string, link: PersonCaller | undefined) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [createToken(), createToken()];
  const parameters = {
    redirect_uri: redirect(origin),
    scope: 'openid email profile',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  };
  const url = await orFailed(async () => client.buildAuthorizationUrl(await discover(), parameters));
  const pending: Pending = { verifier, nonce, person: link?.person ?? '' };
  const ticket = { name: `oidc/${state}`, value: tickets.format(pending), ttlMs: limits.signInLinkMs };
  await store.commit(globalShard, { tickets: [ticket] });
  return { url: url.href, state };
}

/** What the provider says of the account that came back, begun by this person (or, '', by whoever signs in). */
export async function claimsOf(
  store: Store,
  discover: Discover,
  origin: string,
  query: string,
  person: string,
): Promise<client.IDToken> {
  const url = new URL(`${redirect(origin)}?${query.replace(/^\?/, '')}`);
  const state = url.searchParams.get('state') ?? '';
  const pending = await spend(store, state);
  if (pending?.person !== person) throw new Problem('oidc-failed', 'It was begun elsewhere, or too long ago.');
  return await orFailed(async () => {
    const tokens = await client.authorizationCodeGrant(await discover(), url, {
      pkceCodeVerifier: pending.verifier,
      expectedNonce: pending.nonce,
      expectedState: state,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider gave no ID token');
    return claims;
  });
}

/** The provider's own description, asked for again after an hour, and after a failure at once. */
export function createDiscovery({ issuer, clientId, clientSecret }: OidcConfig, now: () => number) {
  let known: { readonly at: number; readonly found: Promise<client.Configuration> } | undefined;
  return async (): Promise<client.Configuration> => {
    if (known !== undefined && now() - known.at < rediscoverMs) return await known.found;
    const plain = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    const found = client.discovery(issuer, clientId, clientSecret, undefined, {
      // Also the signature of an ID token that came straight from the provider is checked: plain http or a broken proxy may stand between.
      execute: [client.enableNonRepudiationChecks, ...plain],
      timeout: 10,
      [client.customFetch]: createLimitedFetch(limits.oidcAnswerBytesMax),
    });
    known = { at: now(), found };
    found.catch(() => {
      known = undefined;
    });
    return await found;
  };
}

async function spend(store: Store, state: string): Promise<Pending | undefined> {
  const name = `oidc/${state}`;
  const ticket = await store.ticket(globalShard, name);
  if (ticket === undefined) return undefined;
  const { value } = ticket;
  const { done } = await store.commit(globalShard, {
    expect: [{ ticket: name, value }],
    tickets: [{ name, value: null }],
  });
  return done ? tickets.parse(value) : undefined;
}

async function orFailed<Value>(ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('oidc-failed', cause instanceof Error ? cause.message.slice(0, 200) : undefined, {}, cause);
  }
}
