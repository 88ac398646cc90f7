/** Security headers of every answer. Routes that serve pages set their own policy. */
import { isIP } from 'node:net';
import { limits } from '#contract/limits.ts';
import { isLoopback } from '../config.ts';
import type { Context, Next } from './context.ts';
import { isSecure, type OriginConfig } from './origin.ts';

/** Browser features that neither the app nor anything inside it may use. */
const unused = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
];

/** By default, an answer must not be executed, framed, sniffed, cached or shared with other origins. */
export const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': unused.map((feature) => `${feature}=()`).join(', '),
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

const allHeaders = Object.keys(securityHeaders) as (keyof typeof securityHeaders)[];

/** Clears the browser's cache of this origin. Not its cookies, which other ports and subdomains share, and not its storage, which has drafts and the device's key; the app clears its own data. */
export const clearCaches = { 'Clear-Site-Data': '"cache"' } as const;

/** Of an answer to a bridge: a browser cannot ask for it, since it takes a POST with a machine's key. An idle machine would get the others each 25 s. */
const toMachines = ['X-Content-Type-Options', 'Cache-Control'] as const satisfies (keyof typeof securityHeaders)[];

/** Sets the headers that are not set yet, when the answer is sent. Until then a held request stores none. */
export function setSecurityHeaders(config: OriginConfig) {
  return async (context: Context, next: Next): Promise<void> => {
    await next();
    if (context.headerSent) return;
    const names = context.path.startsWith('/v1/bridge/') ? toMachines : allHeaders;
    for (const name of names) if (!context.res.hasHeader(name)) context.set(name, securityHeaders[name]);
    if (isSecure(context.req, config) && hasName(context.req.headers.host))
      context.set('Strict-Transport-Security', `max-age=${limits.strictTransportMs / 1000}`);
  };
}

/** Whether a host is a real name. HSTS for localhost would affect all other programs on its ports. */
function hasName(host = ''): boolean {
  const { hostname } = URL.parse(`https://${host}`) ?? { hostname: '' };
  return hostname !== '' && !isLoopback(hostname) && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}
