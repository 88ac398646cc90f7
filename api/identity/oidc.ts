/** Signing in by an OpenID Connect provider that the relay's operator has named: code flow with PKCE, state and nonce, by `openid-client`. An account is tied to a member by its issuer and subject, never by its e-mail. */
import * as client from 'openid-client';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { Name } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Role } from '#contract/scopes.ts';
import { createLimitedFetch } from '../limited-fetch.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineLayout } from '../store/tables.ts';
import { actorOf, goneIsNobody, type PersonCaller } from './caller.ts';
import type { Organisations } from './organisations.ts';
import type { People } from './people.ts';
import { createId, createToken } from './secrets.ts';
import { accounts, addWay, findWay, listWays, removeWay, type WayListed, type Whose } from './ways.ts';

/** As the operator says it. */
export interface OidcConfig {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** The role of somebody who signs in for the first time; absent, nobody joins so. */
  readonly role: Exclude<Role, 'owner'> | undefined;
}

export interface Oidc {
  /** What the button says: the provider's host. */
  readonly name: string;
  /** Where a browser is sent, and the state that it comes back with. `origin` is the app's; `link` ties the account to somebody who is signed in. Throws `oidc-failed`. */
  begin(origin: string, link?: PersonCaller): Promise<{ readonly url: string; readonly state: string }>;
  /** Whose account came back with this query; joins those who may. Throws `oidc-failed`, `oidc-unknown`. */
  finish(origin: string, query: string): Promise<Whose>;
  /** Ties the account that came back with this query to whoever began. Throws `oidc-failed`, `way-taken`. */
  link(origin: string, query: string, by: PersonCaller): Promise<void>;
  list(whose: Whose): Promise<readonly WayListed[]>;
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

/** Who can come by a provider. */
export interface Joining {
  readonly people: People;
  readonly organisations: Organisations;
}

/** The accounts of a provider, in a store. */
export function createOidc(store: Store, joining: Joining, config: OidcConfig): Oidc {
  const discover = createDiscovery(config, () => store.now());
  return {
    name: config.issuer.host,
    begin: (origin, link) => begin(store, discover, origin, link),
    finish: async (origin, query) => {
      const claims = await claimsOf(store, discover, origin, query, '');
      return (await memberOf(store, joining.people, claims)) ?? (await joinMember(store, joining, config, claims));
    },
    link: async (origin, query, by) => {
      const claims = await claimsOf(store, discover, origin, query, by.person);
      const { organisation, person } = by;
      const act: Act = { action: 'account-linked', result: 'done', by: actorOf(by), about: { issuer: claims.iss } };
      await tie(store, claims, { organisation, person }, act);
    },
    list: (whose) => listWays(store, whose, accounts),
  };
}

type Discover = () => Promise<client.Configuration>;

/** Where the provider sends a browser back to. */
function redirect(origin: string): string {
  return `${origin}/`;
}

async function begin(store: Store, discover: Discover, origin: string, link: PersonCaller | undefined) {
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
async function claimsOf(
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

/** The member whose account it is. */
async function memberOf(store: Store, people: People, claims: client.IDToken): Promise<Whose | undefined> {
  const known = await findWay(store, accounts, keyOf(claims));
  if (known === undefined) return undefined;
  const { organisation, person } = known;
  if ((await people.person(organisation, person).catch(goneIsNobody)) !== undefined) return { organisation, person };
  // Somebody who was removed, where a crash has left this behind.
  await removeWay(store, accounts, keyOf(claims), known, []);
  return undefined;
}

/** Makes somebody who signs in for the first time a member. Throws `oidc-unknown` where nobody joins so. */
async function joinMember(
  store: Store,
  { people, organisations }: Joining,
  { role }: OidcConfig,
  claims: client.IDToken,
): Promise<Whose> {
  if (role === undefined) throw new Problem('oidc-unknown');
  const organisation = await organisations.first();
  const name = nameOf(claims);
  const person = { id: createId(), name, role, joinedAt: store.now() };
  const by = { person: person.id, name, via: 'oidc' } as const;
  await people.add(organisation, person, by);
  const whose = { organisation, person: person.id };
  await tie(store, claims, whose, { action: 'account-linked', result: 'done', by });
  return whose;
}

/** The provider's own description, asked for again after an hour, and after a failure at once. */
function createDiscovery({ issuer, clientId, clientSecret }: OidcConfig, now: () => number) {
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

async function tie(store: Store, claims: client.IDToken, whose: Whose, act: Act): Promise<void> {
  const { email } = claims;
  const name = typeof email === 'string' ? `${email.slice(0, 254)} at ${claims.iss}` : claims.iss;
  await addWay(store, accounts, { key: keyOf(claims), name }, { ...whose, kept: null }, [act]);
}

/** OpenID Connect Core, section 5.7: nothing but issuer and subject together names an account. */
function keyOf({ iss, sub }: client.IDToken): string {
  return `${iss} ${sub}`;
}

function nameOf({ name, preferred_username: username, email }: client.IDToken): string {
  const fitting = [name, username, email].find((text): text is string => v.is(Name, text));
  return fitting ?? 'member';
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
