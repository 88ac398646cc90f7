/** Signing in: by a link, a password, a passkey or a provider. */
import type * as v from 'valibot';
import type { SessionRequest } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { goneIsNobody } from '../identity/caller.ts';
import type { Identity } from '../identity/identity.ts';
import type { TriedFrom } from '../identity/password-tries.ts';
import type { Granted, SignedIn, SignInWay } from '../identity/session-tickets.ts';
import type { Browser } from '../identity/sessions.ts';
import type { Whose } from '../identity/ways.ts';
import type { Context } from '../middleware/context.ts';
import { isSecure } from '../middleware/origin.ts';
import { sessionToken } from '../middleware/session-cookie.ts';
import type { RouteDeps } from './deps.ts';

/** The browser that a session is begun in. */
export function browserOf(context: Context, config: RouteDeps['config']): Browser {
  return { ...agentOf(context), isPlain: !isSecure(context.req, config) };
}

/** What the browser calls itself, as far as it is shown. */
function agentOf(context: Context): Pick<Browser, 'agent'> {
  const agent = context
    .get('User-Agent')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 200);
  return agent === '' ? {} : { agent };
}

/** A link for somebody else than is signed in here asks first: a link on any page could otherwise swap who one is. Throws Problem `signed-in-already`. */
export async function checkInstead(
  { identity, config }: Pick<RouteDeps, 'identity' | 'config'>,
  context: Context,
  { token, instead }: { token: string; instead?: string | undefined },
): Promise<void> {
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
}

/** Whoever has proved who they are, and how. */
export async function proveWho(
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
