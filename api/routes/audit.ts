/** The audit of the organisation: in pages, and completely as JSON Lines. */
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageRequest, serialisedPageReply } from './paging.ts';

/** The handlers of `/v1/audit`. */
export function auditHandlers({ relay: { audit }, exported }: RouteDeps) {
  return {
    audit: async ({ caller, query, context }) =>
      serialisedPageReply(context, await audit.list(caller.organisation, query, pageRequest(query))),
    auditExport: ({ caller, context }) =>
      exported(caller, context.res, 'audit.jsonl', audit.export(caller.organisation)),
  } satisfies Partial<Handlers>;
}
