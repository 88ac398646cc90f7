/** Answers with JSON Lines, one after another, as fast as the client reads them. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
  const ended = async function* () {
    for await (const line of lines) yield `${line}\n`;
  };
  // Who goes away in the middle wants no more of it, which is nobody's failure.
  await pipeline(Readable.from(ended()), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}
