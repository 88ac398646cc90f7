/** The caller's own account: name, password, and a sign-in link for another device. */
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { actorOf, checkWhole, type PersonCaller } from '../identity/caller.ts';
import { addressOf, isSecure } from '../middleware/origin.ts';
import { setSession } from '../middleware/session-cookie.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { browserOf } from './sign-in.ts';

/** The path of a sign-in link: the token is in the fragment, which no server and no log sees. */
export function signInPath(token: string): string {
  return `/#/sign-in/${token}`;
}

/** The handlers of `/v1/me` and `/v1/sign-in-links`. */
export function meHandlers({ identity, config, failures, relay }: RouteDeps) {
  return {
    me: async ({ caller }) => ({ json: await meOf(caller, identity) }),
    passwordSet: async ({ caller, body, context }) => {
      checkWhole(caller);
      const { type, hash } = caller.credential;
      const address = addressOf(context.req, config);
      const begun = type === 'session' ? await identity.sessions.find(hash) : undefined;
      const isFresh = begun !== undefined && begun.way !== 'password' && relay.now() - begun.at < limits.signInLinkMs;
      await failures.guard(address, () => identity.passwords.set(caller, body, isFresh));
      if (begun === undefined) return { json: {} };
      const { token } = await identity.sessions.begin(begun, begun.way, browserOf(context, config));
      setSession(context, token, isSecure(context.req, config));
      return { json: {} };
    },
    meChange: async ({ caller, body: { name } }) => {
      checkWhole(caller);
      const { organisation, person } = caller;
      const about = { person, from: caller.name, name };
      const act: Act = { action: 'member-changed', result: 'done', by: actorOf(caller), about };
      await identity.people.update(organisation, person, (before) => ({ ...before, name }), act);
      return { json: await meOf({ ...caller, name }, identity) };
    },
    signInLink: async ({ caller }) => {
      const { token, expiresAt } = await identity.links.createLink(
        // The scope that was given, not the one that the role allows now: the other device follows the role too.
        { ...caller, scope: caller.given },
        actorOf(caller),
        caller.credential,
      );
      const url = `${config.publicUrl?.origin ?? ''}${signInPath(token)}`;
      return { status: 201, json: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  } satisfies Partial<Handlers>;
}

/** Describes the caller. */
export async function meOf(
  { person, name, role, ownRole, scope, via, organisation }: PersonCaller,
  { people, organisations }: RouteDeps['identity'],
) {
  const { email } = await people.person(organisation, person);
  const whole = { id: person, name, ...(email === undefined ? {} : { email }) };
  return {
    person: whole,
    organisation: await organisations.get(organisation),
    role,
    ...(ownRole === role ? {} : { ownRole }),
    scope,
    via,
  };
}
