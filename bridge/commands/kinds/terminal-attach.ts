/** Gives a pinned device the keys of a sealed terminal or run. */
import { attachingDevice } from '../attaching.ts';
import type { CommandHandler } from '../handler.ts';

export const terminalAttach: CommandHandler<'terminal-attach'> = async ({ terminal }, context) => {
  const key = await context.sessions.attach(terminal, () => attachingDevice(context));
  return key === undefined ? {} : { key };
};
