/** Answers a piece of what a run wrote. */
import { isUtf8 } from 'node:buffer';
import { limits } from '#contract/limits.ts';
import type { QueryHandler } from '../handler.ts';
import { withoutTorn } from '../run-pieces.ts';

const streams = { stdout: 'out', stderr: 'err' } as const;

export const runOutput: QueryHandler<'run-output'> = async ({ run, stream, offset }, { sessions }) => {
  const { bytes, end } = await sessions.output(run, streams[stream], offset, limits.runOutputPieceBytes);
  const piece = end ? Buffer.from(bytes) : withoutTorn(Buffer.from(bytes));
  const isText = isUtf8(piece);
  const text = piece.toString(isText ? 'utf8' : 'base64');
  return { text, ...(isText ? {} : { encoding: 'base64' as const }), offset: offset + piece.length, end };
};
