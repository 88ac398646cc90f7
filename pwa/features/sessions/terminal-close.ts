/** Closing a terminal, in words. */
import type { CommandFeature } from '../feature.ts';

export const terminalClose: CommandFeature<'terminal-close'> = {
  title: 'Close terminal',
  words: () => ({ doing: 'Closing the terminal', done: 'Terminal closed', toDo: 'close the terminal' }),
  record: (_state, { args }) => String(args.terminal),
};
