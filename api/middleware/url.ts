/** Checks a URL before routing: its form, keys in it, and `?_method=`. */
import { Problem } from '#contract/problems.ts';
import { hasKey } from '../redact.ts';
import type { Context, Next } from './context.ts';

/** Refuses malformed URLs and URLs with a key. Throws `parameter-invalid` or `key-in-query`. */
export async function checkUrl(context: Context, next: Next): Promise<void> {
  const { url } = context.req;
  if (!url?.startsWith('/') || url.startsWith('//') || url.includes('\\')) {
    throw new Problem('parameter-invalid', 'The request target is not a path.');
  }
  if (hasKey(url) || /[?&](access_token|api_?key)=/i.test(url)) throw new Problem('key-in-query');
  await next();
}

/** Treats `POST …?_method=PATCH` as PATCH (or PUT, DELETE), because some firewalls block these methods. */
export async function overrideMethod(context: Context, next: Next): Promise<void> {
  const wanted = /[?&]_method=([^&]*)/.exec(context.search)?.[1];
  if (wanted !== undefined && context.method === 'POST') {
    if (!['PATCH', 'PUT', 'DELETE'].includes(wanted)) {
      throw new Problem('parameter-invalid', '_method takes PATCH, PUT or DELETE.', { pointer: '/_method' });
    }
    context.method = wanted;
    context.querystring = context.querystring.replace(/(^|&)_method=[^&]*/, '').replace(/^&/, '');
  }
  await next();
}
