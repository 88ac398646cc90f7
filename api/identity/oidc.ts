/** Signing in by an OpenID Connect provider that the relay's operator has named. An account is tied to a member by its issuer and subject, never by its e-mail. */
import type * as client from 'openid-client';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { Name } from '#contract/document.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { actorOf, goneIsNobody, type PersonCaller } from './caller.ts';
import { begin, claimsOf, createDiscovery, type OidcConfig } from './oidc-flow.ts';
import type { Organisations } from './organisations.ts';
import type { People } from './people.ts';
import { createId } from './secrets.ts';
import { accounts, addWay, findWay, listWays, removeWay, type WayListed, type Whose } from './ways.ts';

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
