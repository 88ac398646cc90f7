/** Opens a terminal. Run again after a crash, it finds the one that it has opened. */
import { basename } from 'node:path';
import { titleOfArgv } from '#contract/argv-title.ts';
import { attachingDevice } from '../attaching.ts';
import type { CommandHandler } from '../handler.ts';
import { startingPoint } from '../programs.ts';
import { asTooMany } from '../refusals.ts';

export const terminalOpen: CommandHandler<'terminal-open'> = async (args, context) => {
  const { cols, rows } = args;
  const point = await startingPoint(args, context);
  // Before anything starts that nobody could read.
  const device = point.isSealed ? await attachingDevice(context) : undefined;
  const [shell = '', ...flags] = shellArgv(point.env);
  const argv = args.argv ?? [shell, ...flags];
  const title = args.title ?? (args.argv === undefined ? titleOfArgv([basename(shell)]) : titleOfArgv(args.argv));
  try {
    await context.sessions.open({ ...point, argv, title, cols, rows, isRecorded: context.policy.record !== false });
  } catch (error) {
    throw asTooMany(error, 'too-many-terminals', () => context.sessions.running().terminals);
  }
  const key = device && (await context.sessions.attach(point.id, async () => device));
  return { terminal: point.id, ...(key === undefined ? {} : { key }) };
};

/** The user's own shell, as at a login. */
function shellArgv({ SHELL, ComSpec }: Readonly<Record<string, string | undefined>>): readonly string[] {
  return process.platform === 'win32' ? [ComSpec || 'cmd.exe'] : [SHELL || '/bin/sh', '-l'];
}
