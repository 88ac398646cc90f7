/** The browser's part of a session: the cookie and, over plain http, a second half in a header. Also the cookie that identifies a known device. */
import type { IncomingMessage } from 'node:http';
import { sessionHeader } from '#contract/headers.ts';
import { limits } from '#contract/limits.ts';
import { tokenLength } from '../identity/secrets.ts';
import type { Context } from './context.ts';

/** The `__Host-` prefix binds a cookie to https and this host; it is not possible on plain loopback. */
function sessionCookie(secure: boolean): string {
  return secure ? '__Host-sallyport' : 'sallyport';
}

function deviceCookie(secure: boolean): string {
  return secure ? '__Host-sallyport-device' : 'sallyport-device';
}

/** The whole session token of a request. Over plain http every port of the host gets the cookie, so half of the token is in a header there, which the page's origin stores. */
export function sessionToken(request: IncomingMessage, secure: boolean): string | undefined {
  const token = oneCookie(request, sessionCookie(secure));
  if (token === undefined || secure) return token;
  const half = request.headers[sessionHeader];
  return isToken(half) ? token + half : undefined;
}

/** The token of the device, if it was ever signed in here. */
export function deviceToken(request: IncomingMessage, secure: boolean): string | undefined {
  return oneCookie(request, deviceCookie(secure));
}

/** Sets the browser's session; an undefined token removes it. */
export function setSession(context: Context, token: string | undefined, secure: boolean): void {
  setCookie(context, sessionCookie(secure), token?.slice(0, tokenLength), limits.sessionMs, secure);
  // An empty value removes the half, as with an empty cookie.
  if (!secure) context.set(sessionHeader, token?.slice(tokenLength) ?? '');
}

/** Sets the token that identifies a known device. */
export function setDevice(context: Context, token: string, secure: boolean): void {
  setCookie(context, deviceCookie(secure), token, limits.knownDeviceMs, secure);
}

function setCookie(context: Context, name: string, value: string | undefined, ms: number, secure: boolean): void {
  const maxAge = value === undefined ? 0 : ms / 1000;
  const attributes = `Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  context.append('Set-Cookie', `${name}=${value ?? ''}; ${attributes}`);
}

/** The value of a cookie. If there are two with the name, which is a sign of an attack, neither is used. */
function oneCookie(request: IncomingMessage, name: string): string | undefined {
  const prefix = `${name}=`;
  const found = (request.headers.cookie ?? '').split('; ').filter((pair) => pair.startsWith(prefix));
  const value = found.length === 1 ? found[0]?.slice(prefix.length) : undefined;
  return isToken(value) ? value : undefined;
}

function isToken(text: string | readonly string[] | undefined): text is string {
  return typeof text === 'string' && text.length === tokenLength && /^[A-Za-z0-9_-]+$/.test(text);
}
