/** Sessions: begun, listed, ended. */
import { actorOf, checkWhole } from '../identity/caller.ts';
import { networkOf } from '../middleware/network.ts';
import { addressOf, checkSameOrigin, isSecure, originOf } from '../middleware/origin.ts';
import { clearCaches } from '../middleware/security-headers.ts';
import { deviceToken, setDevice, setSession } from '../middleware/session-cookie.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { meOf } from './me.ts';
import { browserOf, checkInstead, proveWho } from './sign-in.ts';

/** The handlers of `/v1/sessions`. */
export function sessionHandlers({ identity, config, failures }: RouteDeps) {
  return {
    sessionCreate: async ({ body, context }) => {
      if (context.get('Origin') !== '') checkSameOrigin(context.req, config);
      const address = addressOf(context.req, config);
      const isPlain = !isSecure(context.req, config);
      const device = deviceToken(context.req, !isPlain);
      const from = { network: networkOf(address), device };
      const { who, token } = await failures.guard(address, async () => {
        if ('token' in body) await checkInstead({ identity, config }, context, body);
        const [way, who] = await proveWho(body, originOf(context.req, config), from, identity);
        return { who, ...(await identity.sessions.begin(who, way, browserOf(context, config))) };
      });
      setSession(context, token, !isPlain);
      setDevice(context, await identity.knownDevices.note(who, device), !isPlain);
      return { status: 201, json: await meOf(await identity.callerOfSession(token), identity) };
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
  } satisfies Partial<Handlers>;
}
