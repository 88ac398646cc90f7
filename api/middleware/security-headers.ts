/** Headers that every answer carries; routes that serve pages set a policy of their own. */
import { isIP } from 'node:net';
import { limits } from '#contract/limits.ts';
import { isLoopback } from '../config.ts';
import type { Context, Next } from './context.ts';
import { isSecure, type OriginConfig } from './origin.ts';

/** What the app uses none of, and nothing inside of it may. */
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

/** Nothing of an answer is ever run, framed, sniffed, kept or told to others, unless a route says so. */
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

/** Drops what a browser has kept of this origin's answers. Not its cookies, which other ports and subdomains share, and not its storage, where drafts and the device's key are: the app empties its own copy. */
export const clearCaches = { 'Clear-Site-Data': '"cache"' } as const;

/** Sets what nobody has set otherwise, once the answer is known: a held request has no headers to keep until then. */
export function setSecurityHeaders(config: OriginConfig) {
  return async (context: Context, next: Next): Promise<void> => {
    await next();
    if (context.headerSent) return;
    for (const [name, value] of Object.entries(securityHeaders))
      if (!context.res.hasHeader(name)) context.set(name, value);
    if (isSecure(context.req, config) && hasName(context.req.headers.host))
      context.set('Strict-Transport-Security', `max-age=${limits.strictTransportMs / 1000}`);
  };
}

/** Whether a host is a name of its own: what holds for localhost would hold for everything else on its ports. */
function hasName(host = ''): boolean {
  const { hostname } = URL.parse(`https://${host}`) ?? { hostname: '' };
  return hostname !== '' && !isLoopback(hostname) && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
}
