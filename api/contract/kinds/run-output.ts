/** Reads what a run wrote, also what its result left out. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { Sealed } from '../sealed.ts';
import { defineQuery } from './kind.ts';
import { Offset, RunArg } from './program-args.ts';

export const runOutput = defineQuery({
  title: 'Read the output of a run',
  summary: `Reads stdout or stderr of a run from an offset in bytes, ${limits.runOutputPieceBytes / 1024} KiB at a time. The machine keeps it for 30 days.`,
  args: v.strictObject({
    run: RunArg,
    stream: v.optional(v.picklist(['stdout', 'stderr'], 'The stream is stdout or stderr'), 'stdout'),
    offset: v.optional(Offset, 0),
  }),
  result: v.strictObject({
    /** Of a run that is sealed: `{stream, from, text, encoding?, skipped?, offset, end}` as JSON, with its key for what goes out; `text` is empty then. */
    sealed: v.optional(Sealed),
    text: v.string(),
    /** Present if the text is base64, because these bytes are no UTF-8. */
    encoding: v.optional(v.literal('base64')),
    /** Bytes between the offset and this text that the machine has not kept: of a long output it has the beginning and the end. */
    skipped: v.optional(v.number()),
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
