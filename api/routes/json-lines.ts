/** Answers with JSON Lines, one after another, as fast as the client reads them. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Reply } from '../middleware/answer.ts';
import { securityHeaders } from '../middleware/security-headers.ts';

/** The reply of a route that sends `lines` as a file to save. */
export function linesReply(response: ServerResponse, file: string, lines: AsyncIterable<string>): Reply {
  response.writeHead(200, {
    ...securityHeaders,
    'Content-Type': 'application/jsonl',
    'Content-Disposition': `attachment; filename="${file}"`,
  });
  return { taken: writeLines(response, lines) };
}

async function writeLines(response: ServerResponse, lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.write(`${line}\n`)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
}
