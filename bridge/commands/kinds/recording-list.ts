/** Lists the recordings of terminals. */

import type { QueryHandler } from '../handler.ts';
import { assertRecordingsRead } from '../recordings-read.ts';

export const recordingList: QueryHandler<'recording-list'> = async (_args, { sessions, policy }) => {
  assertRecordingsRead(policy);
  return { items: [...(await sessions.recordings())] };
};
