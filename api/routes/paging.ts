/** Pages of lists: what a query asks for, and the path of the next one. */
import { limits } from '#contract/limits.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Context } from '../middleware/context.ts';
import type { Page, PageRequest } from '../relay/relay.ts';

/** The page that a query asks for. */
export function pageRequest({
  limit,
  after,
}: {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}): PageRequest {
  return { limit: limit ?? limits.pageItemsDefault, ...(after === undefined ? {} : { after }) };
}

/** A page as the reply to its own request: `next` is the same request with another `after`, also in `Link`. */
export function pageReply(context: Context, page: Page<object>): Reply {
  const { next, headers } = nextOf(context, page.next);
  return { json: { items: page.items, ...next }, headers };
}

/** A page of items that are JSON text already. */
export function serialisedPageReply(context: Context, page: Page<string>): Reply {
  const { next, headers } = nextOf(context, page.next);
  return { json: next, lists: { items: page.items }, headers };
}

function nextOf({ path, querystring }: Context, after: string | undefined) {
  if (after === undefined) return { next: {}, headers: {} };
  const query = new URLSearchParams(querystring);
  query.set('after', after);
  const next = `${path}?${query}`;
  return { next: { next }, headers: { Link: `<${next}>; rel="next"` } };
}

/** What a query filters by, those of the names `meta.<name>` together as `meta`. */
export function withMeta(query: Readonly<Record<string, string | undefined>>) {
  const wanted = Object.entries(query).filter((entry) => entry[1] !== undefined);
  const meta = wanted
    .filter(([name]) => name.startsWith('meta.'))
    .map(([name, value]) => [name.slice('meta.'.length), value]);
  const own = wanted.filter(([name]) => !name.startsWith('meta.'));
  return { ...Object.fromEntries(own), ...(meta.length === 0 ? {} : { meta: Object.fromEntries(meta) }) };
}
