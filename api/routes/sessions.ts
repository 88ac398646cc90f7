/** Signing in by a link, signing out, and who one is. */
import type * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import type { SessionRequest } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { actorOf, checkWhole, goneIsNobody, type PersonCaller } from '../identity/caller.ts';
import type { Identity } from '../identity/identity.ts';
import type { TriedFrom } from '../identity/password-tries.ts';
import type { Browser, Granted, SignedIn, SignInWay } from '../identity/sessions.ts';
import type { Whose } from '../identity/ways.ts';
import type { Context } from '../middleware/context.ts';
import { networkOf } from '../middleware/network.ts';
import { addressOf, checkSameOrigin, isSecure, originOf } from '../middleware/origin.ts';
import { clearCaches } from '../middleware/security-headers.ts';
import { deviceToken, sessionToken, setDevice, setSession } from '../middleware/session-cookie.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The path of a sign-in link: the token is in the fragment, which no server and no log sees. */
export function signInPath(token: string): string {
  return `/#/sign-in/${token}`;
}

/** The handlers of `/v1/me`, `/v1/sessions` and `/v1/sign-in-links`. */
export function sessionHandlers({ identity, config, failures, relay }: RouteDeps) {
  const browserOf = (context: Context): Browser => ({
    ...agentOf(context),
    isPlain: !isSecure(context.req, config),
  });
  /** A link for somebody else than is signed in here asks first: a link on any page could otherwise swap who one is. */
  const checkInstead = async (
    context: Context,
    { token, instead }: { token: string; instead?: string | undefined },
  ) => {
    const held = sessionToken(context.req, isSecure(context.req, config));
    const now = held === undefined ? undefined : await identity.callerOfSession(held).catch(goneIsNobody);
    if (now === undefined || now.person === instead) return;
    const meant = await identity.links.look(token);
    if (meant.person === now.person) return;
    const { name: organisation } = await identity.organisations.get(meant.organisation);
    throw new Problem('signed-in-already', undefined, {
      as: { name: meant.name, organisation },
      now: { person: now.person, name: now.name },
    });
  };
  return {
    me: async ({ caller }) => ({ json: await meOf(caller, identity) }),
    sessionCreate: async ({ body, context }) => {
      if (context.get('Origin') !== '') checkSameOrigin(context.req, config);
      const address = addressOf(context.req, config);
      const isPlain = !isSecure(context.req, config);
      const device = deviceToken(context.req, !isPlain);
      const from = { network: networkOf(address), device };
      const { who, token } = await failures.guard(address, async () => {
        if ('token' in body) await checkInstead(context, body);
        const [way, who] = await proveWho(body, originOf(context.req, config), from, identity);
        return { who, ...(await identity.sessions.begin(who, way, browserOf(context))) };
      });
      setSession(context, token, !isPlain);
      setDevice(context, await identity.knownDevices.note(who, device), !isPlain);
      return { status: 201, json: await meOf(await identity.callerOfSession(token), identity) };
    },
    passwordSet: async ({ caller, body, context }) => {
      checkWhole(caller);
      const { type, hash } = caller.credential;
      const address = addressOf(context.req, config);
      const begun = type === 'session' ? await identity.sessions.find(hash) : undefined;
      const isFresh = begun !== undefined && begun.way !== 'password' && relay.now() - begun.at < limits.signInLinkMs;
      await failures.guard(address, () => identity.passwords.set(caller, body, isFresh));
      if (begun === undefined) return { json: {} };
      const { token } = await identity.sessions.begin(begun, begun.way, browserOf(context));
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
    sessionEnd: async ({ caller, context }) => {
      const { hash, type } = caller.credential;
      if (type === 'session') {
        const { id } = await identity.sessions.find(hash);
        await identity.sessions.revoke(caller, id, actorOf(caller));
        setSession(context, undefined, isSecure(context.req, config));
      }
      return { json: {}, ...(type === 'session' ? { headers: clearCaches } : {}) };
    },
    sessions: async ({ caller: { organisation, person, credential } }) => {
      const iso = (ms: number) => new Date(ms).toISOString();
      const found = await identity.sessions.list(organisation, person);
      const items = found.map(({ id, hash, createdAt, expiresAt, agent, way }) => ({
        id,
        createdAt: iso(createdAt),
        expiresAt: iso(expiresAt),
        ...(agent === undefined ? {} : { agent }),
        ...(way === undefined ? {} : { way }),
        current: hash === credential.hash,
      }));
      return { json: { items } };
    },
    sessionRevoke: async ({ caller, params }) => {
      // A session may always end itself; the others of its person, only what does as much as the person.
      const { type, hash } = caller.credential;
      const isOwn = type === 'session' && (await identity.sessions.find(hash)).id === params.session;
      if (!isOwn) checkWhole(caller);
      await identity.sessions.revoke(caller, params.session, actorOf(caller));
      return { json: {} };
    },
    signInLink: async ({ caller }) => {
      const { token, expiresAt } = await identity.links.createLink(
        // What was given, not what the role makes of it now: their other device follows their role too.
        { ...caller, scope: caller.given },
        actorOf(caller),
        caller.credential,
      );
      const url = `${config.publicUrl?.origin ?? ''}${signInPath(token)}`;
      return { status: 201, json: { url, expiresAt: new Date(expiresAt).toISOString() } };
    },
  } satisfies Partial<Handlers>;
}

/** What the browser calls itself, as far as it is shown. */
function agentOf(context: Context): Pick<Browser, 'agent'> {
  const agent = context
    .get('User-Agent')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 200);
  return agent === '' ? {} : { agent };
}

/** Whoever has proved who they are, and how. */
async function proveWho(
  body: v.InferOutput<typeof SessionRequest>,
  origin: string,
  from: TriedFrom,
  identity: Identity,
): Promise<readonly [SignInWay, SignedIn & Pick<Granted, 'key' | 'provenAt'>]> {
  if ('token' in body) return ['link', await identity.links.redeem(body.token)];
  // The scope is as wide as it can be: a session never does more than the role of its person.
  const whole = async (whose: Promise<Whose>) => ({ ...(await whose), scope: 'admin' }) as const;
  if ('email' in body) return ['password', await whole(identity.passwords.check(body.email, body.password, from))];
  if ('passkey' in body) return ['passkey', await whole(identity.passkeys.check(origin, body.passkey))];
  if (identity.oidc === undefined) throw new Problem('oidc-off');
  return ['oidc', await whole(identity.oidc.finish(origin, body.oidc))];
}

async function meOf(
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
