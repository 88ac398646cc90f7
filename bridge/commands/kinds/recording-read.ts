/** Answers a piece of the recording of a terminal. */
import { limits } from '#contract/limits.ts';
import type { QueryHandler } from '../handler.ts';
import { assertRecordingsRead, isRecordingRead } from '../recordings-read.ts';
import { withoutTorn } from '../run-pieces.ts';

export const recordingRead: QueryHandler<'recording-read'> = async ({ terminal, offset }, context) => {
  const { sessions } = context;
  assertRecordingsRead(context, isRecordingRead(sessions.placeOf(terminal), context));
  const { bytes, end, size, seconds } = await sessions.recording(terminal, offset, limits.runOutputPieceBytes);
  const piece = end ? Buffer.from(bytes) : withoutTorn(Buffer.from(bytes));
  return { text: piece.toString('utf8'), offset: offset + piece.length, end, bytes: size, seconds };
};
