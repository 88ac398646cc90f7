/** A run: a command that was started on a machine by `exec`. Its channel carries what it writes to stdout and stderr. */
import * as v from 'valibot';
import { defineRecord } from './record-kind.ts';

export const run = defineRecord({
  title: 'A run of a command',
  summary: 'Says which command runs or ran on the machine, where, and how it ended. Its channel has the output.',
  owners: ['machine'],
  states: ['running', 'ended'],
  meta: v.object({
    argv: v.array(v.string()),
    /** What is to be started again takes more than `argv`: the rest of a long line, variables, or input. */
    hasMore: v.optional(v.boolean()),
    /** The folder, relative to the project; of one without a project, to the home folder. */
    cwd: v.optional(v.string()),
    /** The person who started it, and the id of the command. */
    by: v.optional(v.string()),
    command: v.optional(v.string()),
    /** ISO 8601, by the machine's clock. */
    startedAt: v.string(),
    endedAt: v.optional(v.string()),
    exitCode: v.optional(v.number()),
    signal: v.optional(v.string()),
    timedOut: v.optional(v.boolean()),
    /** Why it ended without an exit code: `machine-restarted`, `keeper-lost`, `may-run`. */
    reason: v.optional(v.string()),
  }),
  read: 'execute',
  whenFull: 'oldest-leaves',
  channel: { retention: 'tail' },
});
