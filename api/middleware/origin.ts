/** Checks the host name of a request, whether it came by https, and which page sent it. No URL is ever built from an unchecked `Host`. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { Problem } from '#contract/problems.ts';
import { type ApiConfig, isLoopback } from '../config.ts';
import type { Context, Next } from './context.ts';
import { normalAddress } from './network.ts';

export type OriginConfig = Pick<ApiConfig, 'publicUrl' | 'behindProxy' | 'allowedHosts' | 'tls'>;

/** Refuses requests for names that are not ours (DNS rebinding); `/livez` answers to any. */
export function checkHost(config: OriginConfig) {
  return async (context: Context, next: Next): Promise<void> => {
    if (context.path !== '/livez' && !isOurs(context.req, config)) throw new Problem('host-unknown');
    await next();
  };
}

function isOurs(request: IncomingMessage, { publicUrl, allowedHosts }: OriginConfig): boolean {
  const [host, ...more] = request.headersDistinct.host ?? [];
  const name = /^([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase();
  if (name === undefined || more.length > 0) return false;
  if (isLoopback(name) || name === publicUrl?.hostname) return true;
  if (allowedHosts.includes(name) || allowedHosts.includes(host?.toLowerCase() ?? '')) return true;
  const address = name.replace(/^\[|\]$/g, '');
  return isIP(address) !== 0 && normalAddress(address) === normalAddress(request.socket.localAddress ?? '');
}

/** Whether the client uses https: by our own TLS, by a trusted proxy's header, or by the name of the public URL. */
export function isSecure(request: IncomingMessage, config: OriginConfig): boolean {
  const { publicUrl, tls } = config;
  if (tls !== undefined) return true;
  if (publicUrl?.protocol === 'https:' && request.headers.host?.toLowerCase() === publicUrl.host) return true;
  return config.behindProxy && isByProxy(request, config) && lastOf(request.headers['x-forwarded-proto']) === 'https';
}

/** The caller's normalised address: the peer's, or the last entry of a trusted proxy. */
export function addressOf(request: IncomingMessage, config: OriginConfig): string {
  const peer = request.socket.remoteAddress ?? '';
  const forwarded = isByProxy(request, config) ? lastOf(request.headers['x-forwarded-for']) : undefined;
  return (forwarded === undefined ? undefined : normalAddress(forwarded)) ?? normalAddress(peer) ?? peer;
}

function lastOf(header: string | readonly string[] | undefined): string | undefined {
  return header?.toString().split(',').at(-1)?.trim();
}

/** Whether the peer is a trusted proxy: on a private address with `--behind-proxy`; on this machine also with `--public-url`, because without our own TLS only a proxy can serve that URL. */
function isByProxy({ socket }: IncomingMessage, { behindProxy, publicUrl, tls }: OriginConfig): boolean {
  const peer = normalAddress(socket.remoteAddress ?? '') ?? '';
  if (isLoopback(peer)) return behindProxy || (publicUrl !== undefined && tls === undefined);
  return behindProxy && /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:|fe80:)/i.test(peer);
}

/** The origin of the app: the public URL's, else that of the request, whose Host was checked. */
export function originOf(request: IncomingMessage, config: OriginConfig): string {
  const { publicUrl } = config;
  return (
    publicUrl?.origin ?? `${isSecure(request, config) ? 'https' : 'http'}://${request.headers.host ?? 'localhost'}`
  );
}

/** Refuses requests that another site's page sent with our cookie. Throws `origin-foreign`. */
export function checkSameOrigin(request: IncomingMessage, config: OriginConfig): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const changes = request.method !== 'GET' && request.method !== 'HEAD';
  const siteIsOurs = site === undefined || site === 'same-origin' || (!changes && site === 'none');
  const originIsOurs = origin === undefined ? !changes : ownOrigins(request, config).includes(origin);
  if (!siteIsOurs || !originIsOurs) throw new Problem('origin-foreign');
}

function ownOrigins(request: IncomingMessage, config: OriginConfig): string[] {
  const own = `${isSecure(request, config) ? 'https' : 'http'}://${request.headers.host?.toLowerCase()}`;
  return config.publicUrl === undefined ? [own] : [own, config.publicUrl.origin];
}
