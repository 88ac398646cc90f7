/** Answers with JSON Lines, one after another, as fast as the client reads them. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '#contract/problems.ts';
import type { PersonCaller } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import { securityHeaders } from '../middleware/security-headers.ts';

/** The reply of a route that sends `lines` as a file to save. Throws `too-many-requests` while another export of the same person runs: each reads everything. */
export type LinesReply = (
  caller: Pick<PersonCaller, 'organisation' | 'person'>,
  response: ServerResponse,
  file: string,
  lines: AsyncIterable<string>,
) => Reply;

/** The exports of this process: one at a time for each person. */
export function createExports(): LinesReply {
  const running = new Set<string>();
  return ({ organisation, person }, response, file, lines) => {
    const whose = `${organisation}/${person}`;
    if (running.has(whose))
      throw new Problem('too-many-requests', 'Another export of yours is on its way. Wait until it has ended.', {
        retryAfterSeconds: 10,
      });
    running.add(whose);
    const { taken } = linesReply(response, file, lines);
    return { taken: taken.finally(() => running.delete(whose)) };
  };
}

function linesReply(response: ServerResponse, file: string, lines: AsyncIterable<string>) {
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
