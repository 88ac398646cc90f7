/** Opens a terminal on the machine. */
import * as v from 'valibot';
import { Id } from '../document.ts';
import { limits } from '../limits.ts';
import { WrappedKeys } from '../sealed.ts';
import { lineOf } from './args.ts';
import { defineCommand } from './kind.ts';
import { Argv, Cols, ofPrograms, place, Rows } from './program-args.ts';

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
    /** Of one that is sealed, because the policy wants it signed: its keys, for the device that has signed. */
    key: v.optional(WrappedKeys),
  }),
  ...ofPrograms,
  about: ['project'],
  argsBytesMax: limits.textCommandBytesMax,
  hashed: true,
  seals: true,
  ownAudit: ({ argv, cwd }) => ({
    ...(argv === undefined ? {} : { argv: JSON.stringify(argv) }),
    ...(cwd === undefined ? {} : { cwd }),
  }),
  ended: ({ terminal }) => ({ record: terminal }),
  aliases: [],
});
