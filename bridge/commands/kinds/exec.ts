/** Runs a program to its end. A run that an earlier life of the bridge has begun is adopted and never begun again. */
import { isUtf8 } from 'node:buffer';
import { titleOfArgv } from '#contract/argv-title.ts';
import type { ArgsOf, ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import { Problem } from '#contract/problems.ts';
import type { RunEnded, RunWanted, Sessions } from '../../sessions/sessions.ts';
import type { CommandHandler, MachineContext } from '../handler.ts';
import { startingPoint } from '../programs.ts';
import { asProblem, asTooMany, tooMany } from '../refusals.ts';
import { outputOf } from '../run-pieces.ts';

export const exec: CommandHandler<'exec'> = async (args, context) => {
  const { sessions, signal } = context;
  const run = sessions.idOf(context.id);
  const ended = context.isStarted ? await adopt(run, context) : await begin(await wantedOf(args, context), context);
  return await resultOf(sessions, run, ended, isCancelled(signal));
};

async function begin(wanted: RunWanted, { sessions, signal, start }: MachineContext): Promise<RunEnded> {
  const { runs } = sessions.running();
  if (runs.length >= limits.runsPerMachineMax) throw tooMany('too-many-runs', runs);
  await start();
  try {
    return await sessions.run(wanted, signal);
  } catch (error) {
    throw asTooMany(error, 'too-many-runs', () => sessions.running().runs);
  }
}

async function adopt(run: string, { sessions, signal }: MachineContext): Promise<RunEnded> {
  const adopted = sessions.adopt(run, signal);
  if (adopted === undefined) throw new Problem('interrupted', 'The bridge stopped just before the program started.');
  try {
    return await adopted;
  } catch (error) {
    throw asProblem(error);
  }
}

async function wantedOf(args: ArgsOf<'exec'>, context: MachineContext): Promise<RunWanted> {
  const { command, argv, stdin, timeoutSeconds } = args;
  return {
    ...(await startingPoint(args, context)),
    argv: argv ?? shellArgv(command ?? ''),
    title: argv === undefined ? printable(command ?? '', limits.recordTitleLengthMax) : titleOfArgv(argv),
    command: context.id,
    timeoutMs: timeoutSeconds * 1000,
    ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin), hasMore: true }),
  };
}

function shellArgv(line: string): readonly string[] {
  return process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', line] : ['sh', '-lc', line];
}

function isCancelled({ reason }: AbortSignal): boolean {
  return reason instanceof Problem && reason.code === 'command-cancelled';
}

async function resultOf(
  sessions: Sessions,
  run: string,
  ended: RunEnded,
  isStopped: boolean,
): Promise<ResultOf<'exec'>> {
  const { code, signal, out, err, isTimedOut, durationMs } = ended;
  return {
    run,
    ...(code === undefined ? {} : { exitCode: code }),
    ...(signal === undefined ? {} : { signal }),
    ...(await writtenOf(sessions, run, ended)),
    ...{ stdoutBytes: out, stderrBytes: err },
    ...(isTimedOut ? { timedOut: true as const } : {}),
    ...(isStopped ? { stopped: true as const } : {}),
    durationMs,
  };
}

/** What it wrote; of a sealed run only that it is sealed. */
async function writtenOf(sessions: Sessions, run: string, { out, err }: RunEnded) {
  if (sessions.isSealed(run)) return { sealed: true as const };
  const pieces = await Promise.all([outputOf(sessions, run, 'out', out), outputOf(sessions, run, 'err', err)]);
  const isText = pieces.every(({ bytes }) => isUtf8(bytes));
  const [stdout = '', stderr = ''] = pieces.map(({ bytes }) => bytes.toString(isText ? 'utf8' : 'base64'));
  return {
    ...{ stdout, stderr },
    ...(isText ? {} : { encoding: 'base64' as const }),
    ...(pieces.some(({ isCut }) => isCut) ? { truncated: true as const } : {}),
  };
}
