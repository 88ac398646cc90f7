/** Pages of lists: parses the query, and builds the path of the next page. */
import { limits } from '#contract/limits.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Context } from '../middleware/context.ts';
import type { Page, PageRequest } from '../relay/relay.ts';

/** The page of a query. */
export function pageRequest({
  limit,
  after,
}: {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}): PageRequest {
  return { limit: limit ?? limits.pageItemsDefault, ...(after === undefined ? {} : { after }) };
}

/** The reply with a page. `next` is the same request with another `after`, also in `Link`. */
export function pageReply(context: Context, page: Page<object>): Reply {
  const { next, headers } = nextOf(context, page.next);
  return { json: { items: page.items, ...next }, headers };
}

/** The same for items that are already JSON text. */
export function serialisedPageReply(context: Context, page: Page<string>): Reply {
  const { next, headers } = nextOf(context, page.next);
  return { json: next, lists: { items: page.items }, headers };
}

/** `next` of an answer, and its header `Link`; nothing on the last page. */
export function nextOf({ path, querystring }: Context, after: string | undefined) {
  if (after === undefined) return { next: {}, headers: {} };
  const query = new URLSearchParams(querystring);
  query.set('after', after);
  const next = `${path}?${query}`;
  return { next: { next }, headers: { Link: `<${next}>; rel="next"` } };
}

/** The filters of a query, with all `meta.<name>` together as `meta`. */
export function withMeta(query: Readonly<Record<string, string | undefined>>) {
  const wanted = Object.entries(query).filter((entry) => entry[1] !== undefined);
  const meta = wanted
    .filter(([name]) => name.startsWith('meta.'))
    .map(([name, value]) => [name.slice('meta.'.length), value]);
  const own = wanted.filter(([name]) => !name.startsWith('meta.'));
  return { ...Object.fromEntries(own), ...(meta.length === 0 ? {} : { meta: Object.fromEntries(meta) }) };
}
