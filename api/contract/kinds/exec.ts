/** Runs a program on the machine and answers what it wrote and how it ended. */
import * as v from 'valibot';
import { Id } from '../document.ts';
import { limits } from '../limits.ts';
import { defineCommand } from './kind.ts';
import { Argv, CommandLine, endWords, Input, ofPrograms, place, programEnd, Variables } from './program-args.ts';

const seconds = `timeoutSeconds is a whole number from 1 to ${limits.runSecondsMax}`;
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Sends SIGTERM, waits, sends SIGKILL, and reads what is left. */
const endingMs = 60_000;

export const exec = defineCommand({
  title: 'Run a command',
  summary:
    'Runs a line in the shell (`command`), or a program without one (`argv`), and answers its exit code and what it wrote. Any exit code is `done`; a cancellation stops it.',
  args: v.pipe(
    v.strictObject({
      ...place,
      /** A line for `sh -lc`; on Windows for `cmd /d /s /c`. */
      command: v.optional(CommandLine),
      argv: v.optional(Argv),
      env: v.optional(Variables),
      /** All of its input. */
      stdin: v.optional(Input),
      timeoutSeconds: v.optional(
        v.pipe(v.number(), v.integer(seconds), v.minValue(1, seconds), v.maxValue(limits.runSecondsMax, seconds)),
        60,
      ),
    }),
    v.check(
      ({ command, argv }) => (command === undefined) !== (argv === undefined),
      'Give either `command` (a line for the shell) or `argv` (a program and its arguments)',
    ),
  ),
  result: v.strictObject({
    /** Id of its record, whose channel had the output as it came. */
    run: Id,
    ...programEnd,
    /** What it wrote: of a longer output the first 64 KiB and the last 192 KiB, and between them a line that says how much is left out. Absent where the run is `sealed`. */
    stdout: v.optional(v.string()),
    stderr: v.optional(v.string()),
    /** Its output is in its sealed channel alone, because the policy wants it signed. */
    sealed: v.optional(v.literal(true)),
    /** Present if one of them is no UTF-8: both are base64 then. */
    encoding: v.optional(v.literal('base64')),
    /** All bytes that it wrote. */
    stdoutBytes: count,
    stderrBytes: count,
    /** Whether some of it is left out here. */
    truncated: v.optional(v.literal(true)),
    /** It was ended because its time was over, or because somebody cancelled it. */
    timedOut: v.optional(v.literal(true)),
    stopped: v.optional(v.literal(true)),
    durationMs: count,
  }),
  ...ofPrograms,
  about: ['project'],
  argsBytesMax: limits.textCommandBytesMax,
  timeoutMs: limits.runSecondsMax * 1000 + endingMs,
  stoppable: true,
  outlives: true,
  hashed: true,
  seals: true,
  // What else is given could make another program of the same words: `npm test` runs what the folder says.
  argvOf: ({ argv, cwd, env, stdin }) =>
    cwd === undefined && env === undefined && stdin === undefined ? argv : undefined,
  ownAudit: ({ command, argv, cwd }) => ({
    argv: JSON.stringify(argv ?? [command]),
    ...(cwd === undefined ? {} : { cwd }),
  }),
  ended: (result) => ({ record: result.run, ...endWords(result) }),
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/exec', answersResult: true }],
});
