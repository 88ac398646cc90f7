/** Gives a terminal another title. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { lineOf } from './args.ts';
import { defineCommand } from './kind.ts';
import { TerminalArg } from './program-args.ts';

export const terminalRename = defineCommand({
  title: 'Rename a terminal',
  summary: 'Sets the title of a terminal. `ifRev` is the rev of its record.',
  args: v.strictObject({ terminal: TerminalArg, title: lineOf(limits.recordTitleLengthMax) }),
  result: v.strictObject({}),
  scope: 'machine',
  lane: 'own',
  risk: 'write',
  readScope: 'execute',
  guards: ['rev'],
  about: ['terminal'],
  aliases: [],
});
