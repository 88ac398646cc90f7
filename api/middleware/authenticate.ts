/** Identifies the caller: by a Bearer key, or by the session cookie with proof that our own page sent it. */
import { isProblemCode, Problem } from '#contract/problems.ts';
import type { Access, Route } from '#contract/routes.ts';
import { type Caller, checkScope } from '../identity/caller.ts';
import type { Identity } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { networkOf } from './network.ts';
import { addressOf, checkSameOrigin, isSecure, type OriginConfig } from './origin.ts';
import type { FailureLimit, RequestLimit } from './rate-limits.ts';
import { sessionToken, setSession } from './session-cookie.ts';

/** Identifies the caller or throws the reason; `open` routes have no caller. Throws `too-many-requests` to callers who ask too often. */
export function createAuthenticate(
  identity: Identity,
  config: OriginConfig,
  failures: FailureLimit,
  requests: Readonly<Record<'known' | 'unknown', RequestLimit>>,
) {
  return async (context: Context, { access, held, uncounted }: Route): Promise<Caller | undefined> => {
    const address = addressOf(context.req, config);
    if (access === 'open') {
      if (!uncounted) await requests.unknown.take(context, networkOf(address), held === true);
      return undefined;
    }
    const caller = await failures.guard(address, () => callerOf(context, identity, config));
    await requests.known.take(context, caller.credential.hash, held === true);
    checkAccess(caller, access);
    return caller;
  };
}

async function callerOf(context: Context, identity: Identity, config: OriginConfig): Promise<Caller> {
  const { authorization } = context.req.headers;
  if (authorization !== undefined) {
    const key = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];
    if (key === undefined) throw new Problem('key-missing', 'The Authorization header is not `Bearer <key>`.');
    return await identity.callerOfKey(key);
  }
  const token = sessionToken(context.req, isSecure(context.req, config));
  if (token === undefined) throw new Problem('key-missing');
  checkSameOrigin(context.req, config);
  const caller = await identity.callerOfSession(token);
  if (await identity.sessions.renew(caller.credential.hash)) setSession(context, token, isSecure(context.req, config));
  return caller;
}

/** A machine's key is valid only for the bridge's calls, and a person's key only for the others, within its scope. */
function checkAccess(caller: Caller, access: Exclude<Access, 'open'>): void {
  if (access === 'machine') {
    if (caller.kind !== 'machine') throw new Problem('forbidden', "This call takes a machine's key.");
    return;
  }
  if (caller.kind !== 'person') throw new Problem('forbidden', "This call takes a person's key or session.");
  checkScope(caller, access === 'command' ? 'read' : access);
}

/** Whether the error means a guessed secret, and not one that has ended. */
export function isGuess(error: unknown): boolean {
  return (
    error instanceof Problem &&
    isProblemCode(error.code) &&
    [
      'key-unknown',
      'session-ended',
      'sign-in-link-spent',
      'device-code-unknown',
      'password-wrong',
      'passkey-refused',
    ].includes(error.code)
  );
}
