/** The audit of the organisation: in pages, and completely as JSON Lines. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { securityHeaders } from '../middleware/security-headers.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageRequest, serialisedPageReply } from './paging.ts';

/** The handlers of `/v1/audit`. */
export function auditHandlers({ relay: { audit } }: RouteDeps) {
  return {
    audit: async ({ caller, query, context }) =>
      serialisedPageReply(context, await audit.list(caller.organisation, query, pageRequest(query))),
    auditExport: ({ caller, context }) => {
      context.res.writeHead(200, {
        ...securityHeaders,
        'Content-Type': 'application/jsonl',
        'Content-Disposition': 'attachment; filename="audit.jsonl"',
      });
      return { taken: writeLines(context.res, audit.export(caller.organisation)) };
    },
  } satisfies Partial<Handlers>;
}

/** Sends lines one after another, as fast as the client reads them. */
async function writeLines(response: ServerResponse, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.write(`${line}\n`)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
