/** Headers that every answer carries; routes that serve pages set a policy of their own. */
import type { Context, Next } from './context.ts';

/** Nothing of an answer is ever run, framed, sniffed, kept or told to others, unless a route says so. */
export async function setSecurityHeaders(context: Context, next: Next): Promise<void> {
  context.set({
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-store',
  });
  await next();
}
