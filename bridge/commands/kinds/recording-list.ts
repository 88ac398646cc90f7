/** Lists the recordings of terminals. */
import type { QueryHandler } from '../handler.ts';
import { assertRecordingsRead, isRecordingRead } from '../recordings-read.ts';

export const recordingList: QueryHandler<'recording-list'> = async (_args, context) => {
  assertRecordingsRead(context);
  const { sessions } = context;
  const all = await sessions.recordings();
  return { items: all.filter(({ terminal }) => isRecordingRead(sessions.placeOf(terminal), context)) };
};
