/** Ways in beside links and passwords: passkeys, and accounts at an OIDC provider. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { checkWhole, type PersonCaller } from '../identity/caller.ts';
import type { Oidc } from '../identity/oidc.ts';
import type { WayListed } from '../identity/ways.ts';
import type { Context } from '../middleware/context.ts';
import { originOf } from '../middleware/origin.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';

/** The handlers of `/v1/passkeys`, `/v1/me/accounts` and of what a sign-in begins with. */
export function wayHandlers({ identity, relay, config }: RouteDeps) {
  const { passkeys, sessions } = identity;
  const origin = ({ req }: Context) => originOf(req, config);
  const oidc = (): Oidc => {
    if (identity.oidc === undefined) throw new Problem('oidc-off');
    return identity.oidc;
  };
  /** A session that was found lying open adds no way in of its own. */
  const checkFresh = async (caller: PersonCaller) => {
    checkWhole(caller);
    const { type, hash } = caller.credential;
    const begun = type === 'session' ? (await sessions.find(hash)).at : 0;
    if (relay.now() - begun > limits.signInLinkMs) throw new Problem('sign-in-again');
  };
  return {
    signInWays: ({ context }) => {
      const passkey = !/^[\d.]+$|:/.test(new URL(origin(context)).hostname);
      return { json: { passkey, ...(identity.oidc === undefined ? {} : { oidc: identity.oidc.name }) } };
    },
    passkeySignIn: async ({ context }) => ({ json: { options: await passkeys.signInOptions(origin(context)) } }),
    oidcSignIn: async ({ context }) => ({ json: await oidc().begin(origin(context)) }),
    passkeys: async ({ caller }) => ({
      json: { items: (await passkeys.list(caller)).map(({ key, ...way }) => ({ id: key, ...toRecord(way) })) },
    }),
    passkeyOptions: async ({ caller, context }) => {
      await checkFresh(caller);
      return { json: { options: await passkeys.registrationOptions(caller, origin(context)) } };
    },
    passkeyAdd: async ({ caller, body: { name, response }, context }) => {
      await checkFresh(caller);
      const { key, ...way } = await passkeys.add(caller, origin(context), name, response);
      return { status: 201, json: { id: key, ...toRecord(way) } };
    },
    passkeyRemove: async ({ caller, params }) => {
      checkWhole(caller);
      await passkeys.remove(caller, params.passkey);
      return { json: {} };
    },
    accounts: async ({ caller }) => ({ json: { items: ((await identity.oidc?.list(caller)) ?? []).map(toRecord) } }),
    accountBegin: async ({ caller, context }) => {
      await checkFresh(caller);
      return { json: await oidc().begin(origin(context), caller) };
    },
    accountLink: async ({ caller, body, context }) => {
      checkWhole(caller);
      await oidc().link(origin(context), body.oidc, caller);
      return { json: {} };
    },
  } satisfies Partial<Handlers>;
}

function toRecord({ name, createdAt }: Omit<WayListed, 'key'>) {
  return { name, createdAt: new Date(createdAt).toISOString() };
}
