/** Closes a terminal. */
import * as v from 'valibot';
import { defineCommand } from './kind.ts';
import { endWords, ofPrograms, programEnd, TerminalArg } from './program-args.ts';

export const terminalClose = defineCommand({
  title: 'Close a terminal',
  summary: 'Ends what runs in a terminal: SIGHUP, after 5 s SIGKILL. One that has ended already says how it did.',
  args: v.strictObject({ terminal: TerminalArg }),
  result: v.strictObject(programEnd),
  ...ofPrograms,
  about: ['terminal'],
  ended: endWords,
  aliases: [],
});
