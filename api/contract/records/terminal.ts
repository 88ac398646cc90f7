/** A terminal: a program on a machine that talks to a screen. Its channel carries the output, and takes keys. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

const size = v.pipe(v.number(), v.integer(), v.minValue(1));

export const terminal = defineRecord({
  title: 'A terminal',
  summary: 'Says which program runs in a terminal of the machine, where, and how it ended. Its channel has the screen.',
  owners: ['machine'],
  states: ['running', 'ended'],
  meta: v.object({
    /** The command, as its words. */
    argv: v.array(v.string()),
    /** What is to be started again takes more than `argv`: the rest of a long line, variables, or input. */
    hasMore: v.optional(v.boolean()),
    /** The folder, relative to the project; of one without a project, to the home folder. */
    cwd: v.optional(v.string()),
    cols: size,
    rows: size,
    /** The person who opened it. */
    by: v.optional(v.string()),
    /** ISO 8601, by the machine's clock. */
    startedAt: v.string(),
    endedAt: v.optional(v.string()),
    exitCode: v.optional(v.number()),
    signal: v.optional(v.string()),
    /** Why it ended without an exit code: `machine-restarted`, `keeper-lost`, `may-run`. */
    reason: v.optional(v.string()),
    /** The machine keeps a recording of it. */
    recorded: v.optional(v.boolean()),
    /** When it last wrote something, and who typed last. */
    activeAt: v.optional(v.string()),
    typing: v.optional(v.string()),
    /** The command line of what was begun in it last, and ran for a moment. */
    ran: v.optional(v.string()),
    /** The people who read it now. */
    readers: v.optional(v.array(v.string())),
  }),
  read: 'execute',
  whenFull: 'oldest-leaves',
  volatile: ['activeAt', 'typing', 'ran', 'readers', 'cols', 'rows'],
  channel: { retention: 'tail', inputScope: 'execute' },
});
