/** Lists the recordings of terminals that a machine keeps. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { defineQuery } from './kind.ts';

export const recordingList = defineQuery({
  title: 'List the recordings of terminals',
  summary: `Lists the recordings that the machine keeps of its terminals for 30 days, newest first, at most ${limits.recordingsListedMax}.`,
  args: v.strictObject({}),
  result: v.strictObject({
    items: v.array(
      v.strictObject({
        terminal: v.string(),
        /** As long as the machine knows the terminal. */
        title: v.optional(v.string()),
        /** What ran. */
        command: v.optional(v.string()),
        /** ISO 8601, by the machine's clock. */
        startedAt: v.optional(v.string()),
        /** From its start to the last thing that was recorded. */
        seconds: v.number(),
        bytes: v.number(),
        cols: v.number(),
        rows: v.number(),
      }),
    ),
  }),
  scope: 'machine',
  risk: 'read',
  readScope: 'execute',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/recordings' }],
  about: [],
});
