/** Signing in by a link, signing out, and who one is. */
import type { PersonCaller } from '../identity/caller.ts';
import { setSessionCookie } from '../middleware/authenticate.ts';
import type { Context } from '../middleware/context.ts';
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
      const { token } = await failures.guard(address, () => identity.sessions.redeem(body.token, agentOf(context)));
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
    sessions: async ({ caller: { organisation, person, credential } }) => {
      const iso = (ms: number) => new Date(ms).toISOString();
      const found = await identity.sessions.list(organisation, person);
      const items = found.map(({ id, hash, createdAt, expiresAt, agent }) => ({
        id,
        createdAt: iso(createdAt),
        expiresAt: iso(expiresAt),
        ...(agent === undefined ? {} : { agent }),
        current: hash === credential.hash,
      }));
      return { json: { items } };
    },
    sessionRevoke: async ({ caller: { organisation, person }, params }) => {
      await identity.sessions.revoke(organisation, person, params.session);
      return { json: {} };
    },
    signInLink: async ({ caller: { organisation, person, scope } }) => {
      const { token, expiresAt } = await identity.sessions.createLink({ organisation, person, scope });
      const url = `${config.publicUrl?.origin ?? ''}${signInPath(token)}`;
      return { status: 201, json: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  } satisfies Partial<Handlers>;
}

/** What the browser calls itself, as far as it is shown. */
function agentOf(context: Context): string | undefined {
  const agent = context
    .get('User-Agent')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 200);
  return agent === '' ? undefined : agent;
}

async function meOf({ person, name, role, scope, via, organisation }: PersonCaller, { people }: RouteDeps['identity']) {
  return { person: { id: person, name }, organisation: await people.organisation(organisation), role, scope, via };
}
