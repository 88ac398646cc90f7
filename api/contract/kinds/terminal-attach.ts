/** Gives a pinned device the keys of a sealed terminal or run. */
import * as v from 'valibot';
import { WrappedKeys } from '../sealed.ts';
import { defineCommand } from './kind.ts';
import { ofPrograms, TerminalArg } from './program-args.ts';

export const terminalAttach = defineCommand({
  title: 'Attach to a terminal',
  summary:
    'Answers the keys of a sealed terminal (or run), wrapped for the device that has signed this. A plain one has none: it is read and typed into without them.',
  args: v.strictObject({
    /** Id of its record; a run's too. */
    terminal: TerminalArg,
  }),
  result: v.strictObject({
    /** Absent for a plain one. */
    key: v.optional(WrappedKeys),
  }),
  ...ofPrograms,
  about: ['terminal'],
  seals: true,
  aliases: [],
});
