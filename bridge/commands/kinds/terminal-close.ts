/** Closes a terminal. */
import type { CommandHandler } from '../handler.ts';
import { asProblem } from '../refusals.ts';

export const terminalClose: CommandHandler<'terminal-close'> = async ({ terminal }, { sessions }) => {
  try {
    const { code, signal } = await sessions.close(terminal);
    return { ...(code === undefined ? {} : { exitCode: code }), ...(signal === undefined ? {} : { signal }) };
  } catch (error) {
    throw asProblem(error);
  }
};
