/** Documents and their bytes, as stored by the relay. */

import { Rev } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import type { Reply } from '../middleware/answer.ts';
import { parseSchema } from '../middleware/schema.ts';
import { readBody } from '../relay/queries/copy.ts';
import type { DocumentFilter } from '../relay/relay.ts';
import type { Call, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageRequest, serialisedPageReply, withMeta } from './paging.ts';

/** Maximum size of an answer of `bodies`, in bytes. */
const bodiesBytesMax = 4 * 1024 * 1024;

/** The handlers of documents, bodies and snapshots. */
export function documentHandlers({ relay: { documents } }: RouteDeps) {
  return {
    documents: async ({ caller, params, query, context }) =>
      serialisedPageReply(
        context,
        await documents.list(caller.organisation, params.machine, filterOf(query), pageRequest(query)),
      ),
    document: async ({ caller, params, context }) => {
      const found = await documents.get(caller.organisation, params.machine, params.project, params.path);
      const { machine, document, body } = found;
      const headers = { ETag: `"${document.rev}"`, 'Cache-Control': 'private, no-cache' };
      if (isFresh(context.get('If-None-Match'), document.rev)) return { status: 304, empty: true, headers };
      return { json: { machine, ...document, ...(body === undefined ? {} : textOrBase64(body)) }, headers };
    },
    body: async ({ caller, params, context }) => {
      const rev = parseSchema(Rev, params.rev, 'parameter-invalid');
      const bytes = await documents.body(caller.organisation, params.machine, rev);
      return bytesReply(bytes, rev, context.get('If-None-Match'));
    },
    bodies: async ({ caller, params, query }) => {
      const found = await documents.bodies(caller.organisation, params.machine, query.revs, bodiesBytesMax);
      return { json: { items: found.map(({ rev, bytes }) => ({ rev, ...textOrBase64(bytes) })) } };
    },
  } satisfies Partial<Handlers>;
}

function filterOf(query: Call<'documents'>['query']): DocumentFilter {
  const { limit: _limit, after: _after, ...wanted } = query;
  return withMeta(wanted);
}

/** Headers for bytes of a file: never executed or sniffed, and cached permanently because their name is their hash. */
function bytesReply(bytes: Uint8Array, rev: string, ifNoneMatch: string): Reply {
  const headers = {
    ETag: `"${rev}"`,
    'Cache-Control': `private, max-age=${limits.blobKeptMs / 1000}, immutable`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Content-Disposition': 'attachment',
  };
  if (isFresh(ifNoneMatch, rev)) return { status: 304, empty: true, headers };
  return { bytes, type: 'application/octet-stream', headers };
}

function isFresh(ifNoneMatch: string, rev: string): boolean {
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${rev}"`);
}

function textOrBase64(bytes: Uint8Array): { readonly text: string } | { readonly bodyBase64: string } {
  const body = readBody(bytes);
  return 'text' in body ? body : { bodyBase64: body.base64 };
}
