/** Reads a regular file whole that another program may replace meanwhile: never through a link, and without waiting for the other end of a pipe. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Problem } from '#contract/problems.ts';
import { codeOf } from './guard.ts';

const withoutWaiting = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The bytes of the file. Throws Problem `path-refused` where it is a link or no regular file, and what the system throws. */
export async function readPlain(path: string): Promise<Buffer> {
  await using file = await open(path, withoutWaiting).catch((error: unknown) => {
    throw codeOf(error) === 'ELOOP' ? notPlain() : error;
  });
  if (!(await file.stat()).isFile()) throw notPlain();
  return await file.readFile();
}

function notPlain(): Problem {
  return new Problem('path-refused', 'A link, or something that is no regular file, has taken the place of the file.');
}
