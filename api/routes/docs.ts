/** The contract for programs (OpenAPI) and for people (`/docs`). Both are generated at the first request and cached. */
import type { Reply } from '../middleware/answer.ts';
import type { Handlers } from './call.ts';
import { createDocsPage } from './docs-page.ts';
import { createOpenApi } from './openapi.ts';

/** The handlers of `/v1/openapi.json` and `/docs`. */
export function docsHandlers() {
  let openapi: Reply | undefined;
  let docs: Reply | undefined;
  return {
    openapi: () => {
      openapi ??= { json: createOpenApi(), isKept: true, headers: { 'Cache-Control': 'no-cache' } };
      return openapi;
    },
    docs: () => {
      docs ??= {
        bytes: Buffer.from(createDocsPage()),
        type: 'text/html; charset=utf-8',
        headers: {
          'Cache-Control': 'no-cache',
          'Content-Security-Policy':
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        },
      };
      return docs;
    },
  } satisfies Partial<Handlers>;
}
