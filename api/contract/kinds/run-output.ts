/** Reads what a run wrote, also what its result left out. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { defineQuery } from './kind.ts';
import { RunArg } from './program-args.ts';

/** In a path's query a number is text. */
const Offset = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))]),
  v.integer(),
  v.minValue(0),
);

export const runOutput = defineQuery({
  title: 'Read the output of a run',
  summary: `Reads stdout or stderr of a run from an offset in bytes, ${limits.runOutputPieceBytes / 1024} KiB at a time. The machine keeps it for 30 days.`,
  args: v.strictObject({
    run: RunArg,
    stream: v.optional(v.picklist(['stdout', 'stderr']), 'stdout'),
    offset: v.optional(Offset, 0),
  }),
  result: v.strictObject({
    text: v.string(),
    /** Present if the text is base64, because these bytes are no UTF-8. */
    encoding: v.optional(v.literal('base64')),
    /** Where to read on. */
    offset: v.number(),
    /** Whether this was the last there is and will be. */
    end: v.boolean(),
  }),
  scope: 'machine',
  risk: 'read',
  readScope: 'execute',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/runs/:run/output' }],
  about: ['run'],
});
