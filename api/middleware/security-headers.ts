/** Headers that every answer carries; routes that serve pages set a policy of their own. */
import type { Context, Next } from './context.ts';

/** Nothing of an answer is ever run, framed, sniffed, kept or told to others, unless a route says so. */
export const securityHeaders = {
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-store',
} as const;

/** Sets what nobody has set otherwise, once the answer is known: a held request has no headers to keep until then. */
export async function setSecurityHeaders(context: Context, next: Next): Promise<void> {
  await next();
  if (context.headerSent) return;
  for (const [name, value] of Object.entries(securityHeaders))
    if (!context.res.hasHeader(name)) context.set(name, value);
}
