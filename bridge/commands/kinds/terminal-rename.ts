/** Gives a terminal another title. */
import { Problem } from '#contract/problems.ts';
import type { CommandHandler } from '../handler.ts';

export const terminalRename: CommandHandler<'terminal-rename'> = async ({ terminal, title }, { sessions, ifRev }) => {
  if (ifRev === undefined) throw new Problem('rev-required');
  await sessions.rename(terminal, title, ifRev);
  return {};
};
