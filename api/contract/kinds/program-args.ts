/** Args of what runs a program on the machine: where, which, and with which variables. */
import * as v from 'valibot';
import { Id, Path } from '../document.ts';
import { limits } from '../limits.ts';
import { ProjectArg } from './args.ts';

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A program takes its words and variables as texts that end with NUL. */
const word = v.pipe(
  v.string(),
  v.check((text) => !text.includes('\0'), 'A word of a command line must not contain NUL'),
  v.check((text) => text.isWellFormed(), 'Text must not contain half of a surrogate pair'),
);

const tooLong = `A command line has at most ${limits.argvBytesMax} bytes; give a long text in stdin`;

/** The program and its arguments, without a shell. */
export const Argv = v.pipe(
  v.array(word),
  v.check(([program]) => program !== undefined && program !== '', 'argv must begin with a program'),
  v.check((words) => words.reduce((sum, one) => sum + bytesOf(one) + 1, 0) <= limits.argvBytesMax, tooLong),
);

/** A line for the user's shell. */
export const CommandLine = v.pipe(
  word,
  v.check((line) => line.trim() !== '', 'command must not be empty'),
  v.check((line) => bytesOf(line) < limits.argvBytesMax, tooLong),
);

/** These load code into every program, or are Sallyport's own. */
const refusedName = /^(?:LD_|DYLD_|SALLYPORT_)/i;
const nameForm = /^[A-Za-z_][A-Za-z0-9_]*$/;

function wrongName(env: unknown): string | undefined {
  return Object.keys(env as object).find((name) => refusedName.test(name) || !nameForm.test(name));
}

/** Variables that are set beside those of the login shell. */
export const Variables = v.pipe(
  v.record(v.string(), word),
  v.check(
    (env) => wrongName(env) === undefined,
    ({ input }) => `The variable ${JSON.stringify(wrongName(input)?.slice(0, 100))} cannot be set for a program`,
  ),
  v.check(
    (env) => bytesOf(JSON.stringify(env)) <= limits.argvBytesMax,
    `The variables have at most ${limits.argvBytesMax} bytes together`,
  ),
);

/** All that it reads. */
export const Input = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed(), 'Text must not contain half of a surrogate pair'),
  v.check((text) => bytesOf(text) <= limits.documentBodyBytesMax, 'stdin has at most 5 MiB'),
);

/** Where it runs. */
export const place = {
  /** Absent: in the home folder, which policy.json must allow apart. */
  project: v.optional(ProjectArg),
  /** A folder within, without links; default the whole. */
  cwd: v.optional(Path),
};

const size = (most: number, what: string) => {
  const message = `A terminal has 1 to ${most} ${what}`;
  return v.pipe(v.number(), v.integer(message), v.minValue(1, message), v.maxValue(most, message));
};
export const Cols = size(limits.terminalColsMax, 'columns');
export const Rows = size(limits.terminalRowsMax, 'rows');

export const TerminalArg = Id;
export const RunArg = Id;

/** Where to read on, in bytes. In a path's query a number is text. */
export const Offset = v.pipe(
  v.union(
    [v.number(), v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number))],
    'The offset is a whole number of bytes, 0 or more',
  ),
  v.integer(),
  v.minValue(0),
);

/** How a program ended: its exit code, or the name of the signal that ended it. */
export const programEnd = { exitCode: v.optional(v.number()), signal: v.optional(v.string()) };

/** For audits, which hold texts. */
export function endWords(end: {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
}): Readonly<Record<string, string>> {
  return {
    ...(end.exitCode === undefined ? {} : { exitCode: String(end.exitCode) }),
    ...(end.signal === undefined ? {} : { signal: end.signal }),
  };
}

/** What the kinds have in common that start, reach or end a program: each goes at once, and only those who may run one see it. */
export const ofPrograms = {
  scope: 'machine',
  lane: 'own',
  risk: 'execute',
  readScope: 'execute',
  guards: [],
} as const;
