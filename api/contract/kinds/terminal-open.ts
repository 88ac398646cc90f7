/** Opens a terminal on the machine. */
import * as v from 'valibot';
import { Id } from '../document.ts';
import { limits } from '../limits.ts';
import { lineOf } from './args.ts';
import { defineCommand } from './kind.ts';
import { Argv, Cols, place, Rows } from './program-args.ts';

export const terminalOpen = defineCommand({
  title: 'Open a terminal',
  summary:
    'Starts the login shell, or `argv`, in a terminal that goes on until it ends or is closed. Everybody with the scope `execute` can read it and type into it, by the channel of its record.',
  args: v.strictObject({
    ...place,
    cols: Cols,
    rows: Rows,
    title: v.optional(lineOf(limits.recordTitleLengthMax)),
    argv: v.optional(Argv),
  }),
  result: v.strictObject({
    /** Id of its record. */
    terminal: Id,
  }),
  scope: 'machine',
  lane: 'own',
  risk: 'execute',
  readScope: 'execute',
  guards: [],
  about: ['project'],
  argsBytesMax: limits.textCommandBytesMax,
  hashed: true,
  unsigned:
    'policy.json wants terminals signed, and there are no sealed terminals yet: a signature of the opening would not cover what is typed. `"kinds": {"terminal-open": "allow"}` in policy.json on the machine allows plain ones.',
  ownAudit: ({ argv = [], cwd }) => ({ argv: JSON.stringify(argv), ...(cwd === undefined ? {} : { cwd }) }),
  ended: ({ terminal }) => ({ record: terminal }),
  aliases: [],
});
