/** Reads the recording of a terminal, piece by piece. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { defineQuery } from './kind.ts';
import { Offset, TerminalArg } from './program-args.ts';

export const recordingRead = defineQuery({
  title: 'Read the recording of a terminal',
  summary: `Reads the recording of a terminal (asciicast v2) from an offset in bytes, ${limits.runOutputPieceBytes / 1024} KiB at a time. The pieces together are the file.`,
  args: v.strictObject({ terminal: TerminalArg, offset: v.optional(Offset, 0) }),
  result: v.strictObject({
    text: v.string(),
    /** Where to read on. */
    offset: v.number(),
    /** Whether this was the last that there is by now. */
    end: v.boolean(),
    /** Of all of it. */
    bytes: v.number(),
    seconds: v.number(),
  }),
  scope: 'machine',
  risk: 'read',
  readScope: 'execute',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/recordings/:terminal' }],
  about: ['terminal'],
});
