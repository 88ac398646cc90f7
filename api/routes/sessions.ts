/** Signing in by a link, signing out, and who one is. */
import type { PersonCaller } from '../identity/caller.ts';
import { setSessionCookie } from '../middleware/authenticate.ts';
import { addressOf, checkSameOrigin, isSecure } from '../middleware/origin.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The path of a sign-in link: the token is in the fragment, which no server and no log sees. */
export function signInPath(token: string): string {
  return `/#/sign-in/${token}`;
}

/** The handlers of `/v1/me`, `/v1/sessions` and `/v1/sign-in-links`. */
export function sessionHandlers({ identity, config, failures }: RouteDeps) {
  return {
    me: async ({ caller }) => ({ json: await meOf(caller, identity) }),
    sessionCreate: async ({ body, context }) => {
      if (context.get('Origin') !== '') checkSameOrigin(context.req, config);
      const address = addressOf(context.req, config);
      const { token } = await failures.guard(address, () => identity.sessions.redeem(body.token));
      setSessionCookie(context, token, isSecure(context.req, config));
      return { status: 201, json: await meOf(await identity.callerOfSession(token), identity) };
    },
    sessionEnd: async ({ caller, context }) => {
      if (caller.credential.type === 'session') {
        await identity.sessions.end(caller.credential.hash);
        setSessionCookie(context, undefined, isSecure(context.req, config));
      }
      return { json: {} };
    },
    signInLink: async ({ caller: { organisation, person, scope } }) => {
      const { token, expiresAt } = await identity.sessions.createLink({ organisation, person, scope });
      const url = `${config.publicUrl?.origin ?? ''}${signInPath(token)}`;
      return { status: 201, json: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  } satisfies Partial<Handlers>;
}

async function meOf({ person, name, role, scope, via, organisation }: PersonCaller, { people }: RouteDeps['identity']) {
  return { person: { id: person, name }, organisation: await people.organisation(organisation), role, scope, via };
}
