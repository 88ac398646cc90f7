/** Answers a piece of what a run wrote. */
import { isUtf8 } from 'node:buffer';
import { limits } from '#contract/limits.ts';
import type { QueryHandler } from '../handler.ts';
import { withoutTorn } from '../run-pieces.ts';

const streams = { stdout: 'out', stderr: 'err' } as const;

export const runOutput: QueryHandler<'run-output'> = async ({ run, stream, offset }, { sessions }) => {
  // Before anything is read: a run that is forgotten meanwhile is not answered in the clear.
  const seal = sessions.pieceSeal(run);
  const { bytes, skipped, isAtHole, end } = await sessions.output(
    run,
    streams[stream],
    offset,
    limits.runOutputPieceBytes,
  );
  const piece = end || isAtHole ? Buffer.from(bytes) : withoutTorn(Buffer.from(bytes));
  const isText = isUtf8(piece);
  const text = piece.toString(isText ? 'utf8' : 'base64');
  const next = { ...(skipped > 0 ? { skipped } : {}), offset: offset + skipped + piece.length, end };
  const said = { text, ...(isText ? {} : { encoding: 'base64' as const }) };
  // Who has attached opens it; what it says of itself keeps one piece from standing in the place of another.
  const sealed = await seal?.({ stream, from: offset, ...said, ...next });
  return sealed === undefined ? { ...said, ...next } : { sealed, text: '', ...next };
};
